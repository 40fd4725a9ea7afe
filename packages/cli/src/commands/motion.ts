import { environmentOf } from '@towpath/domain/fleet/seat.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { answerOf } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import type {
  AlreadyLiveAnswer,
  DeploymentAnswer,
  EnvironmentAnswer,
  PreviewAnswer,
} from '../connection/shapes.ts'
import { answerToFollowing, watchCommand } from '../follow/ending.ts'
import { followDeployment } from '../follow/follow-deployment.ts'
import { docsOf } from '../outcome/failure.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import type { Answer } from '../outcome/answer.ts'
import type { MotionOptions } from '../program/options.ts'
import { line, span } from '../screen/line.ts'
import { gateLines } from '../screen/gate-lines.ts'
import { previewPage, questionPage, refusingGates } from '../screen/preview-page.ts'
import { outcomeSigns, signSpan } from '../screen/words.ts'
import { confirm } from '../terminal/confirm.ts'
import type { Context } from '../terminal/context.ts'

/** A deployment about to be asked for: how to preview it and how to ask. */
export interface Motion {
  environment: string
  /** As typed, without options: for messages. */
  typed: string
  preview(): Promise<PreviewAnswer | AlreadyLiveAnswer>
  request(): Promise<DeploymentAnswer | AlreadyLiveAnswer>
}

/** Previews, asks the person where it matters, asks the server, and follows to the end. */
export async function move(
  context: Context,
  connection: Connection,
  { motion, options }: { motion: Motion; options: MotionOptions },
): Promise<Answer> {
  if (options.dryRun === true) {
    const preview = await motion.preview()
    return 'alreadyLive' in preview ? nothingToDo(preview) : dryRun(preview)
  }
  const found = options.yes === true ? null : await askWhereItMatters(context, connection, motion)
  const asked = found ?? (await motion.request())
  if ('alreadyLive' in asked) return nothingToDo(asked)
  const { id, release, environment } = asked
  const foreseen = asked.waitsFor === null ? [] : await foreseeRefusal(motion)
  if (foreseen.length > 0) {
    context.aside([
      line(span('warning', '▲ '), `${asked.waitsFor ?? ''}; these gates would fail now:`),
      ...gateLines(foreseen),
    ])
    if (options.detach !== true) context.record({ news: 'foreseen', deployment: id, gates: foreseen })
  }
  if (options.detach !== true) {
    const followed = await followDeployment(context, id)
    if (followed.how === 'finished') await rememberAfterwards(connection, context)
    return answerToFollowing(followed, id)
  }
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(span('running', '● asked for'), `  ${release} on ${environment} (${id})`),
      line(`  watch it: ${watchCommand(id)}`),
    ],
    json: { deployment: { id, release, environment }, detached: true, foreseen },
    next: [watchCommand(id)],
  }
}

/**
 * While approvals are missing no gate is asked, so whoever approves would learn only then that another one fails.
 * These are those gates, as things stand. The deployment goes on whatever comes of this look.
 */
async function foreseeRefusal(motion: Motion): Promise<PreviewAnswer['gates']['results']> {
  try {
    const preview = await motion.preview()
    if ('alreadyLive' in preview || preview.approvals.missing === 0) return []
    return refusingGates(preview).filter(({ gate }) => gate !== 'approvals')
  } catch (thrown) {
    if (thrown instanceof TowpathError) return []
    throw thrown
  }
}

/** What was asked for is there: that is what was wanted, so it is no failure. */
export const nothingToDo = (found: AlreadyLiveAnswer): Answer => {
  const { release, environment, since, deployment } = found
  return {
    page: [
      line(
        signSpan(outcomeSigns.live),
        `  ${release} is already live on ${environment} since ${since} (${deployment}): nothing to do`,
      ),
    ],
    json: { ...found },
    next: [`towpath explain ${deployment}`],
  }
}

/** What would happen. Blocked by a gate is an answer of its own, so that a script can ask before it acts. */
function dryRun(preview: PreviewAnswer): Answer {
  const refusing = refusingGates(preview)
  const answer: Answer = { page: previewPage(preview), json: { preview } }
  if (preview.gates.passed) return answer
  return {
    ...answer,
    exit: exitCodes.blocked,
    failure: {
      code: 'GATES_WOULD_REFUSE',
      title: `${preview.release} would not be let onto ${preview.environment}: ${refusing.map(({ gate }) => gate).join(', ')}.`,
      detail: { gates: refusing.map(({ gate }) => gate) },
      hint: 'This was a dry run: nothing was changed. Each gate says above what would make it pass.',
      docs: docsOf('GATES_WOULD_REFUSE'),
    },
  }
}

/**
 * Production, and every environment whose policy asks for approvals, is changed only by somebody who said so twice.
 * Where there is nothing to change nobody is asked, and what is live comes back.
 */
async function askWhereItMatters(
  context: Context,
  connection: Connection,
  motion: Motion,
): Promise<AlreadyLiveAnswer | null> {
  if (
    environmentOf(motion.environment) !== 'production' &&
    !(await asksForApprovals(connection, motion.environment))
  )
    return null
  if (!context.terminal.answers)
    throw new TowpathError({
      code: 'CONFIRMATION_NEEDED',
      kind: 'usage',
      message: `${motion.environment} is changed only after a yes, and nobody can be asked here.`,
      hint: `Nothing was changed. Add -y: towpath ${motion.typed} -y`,
    })
  const preview = await motion.preview()
  if ('alreadyLive' in preview) return preview
  context.aside(questionPage(preview))
  await confirm(
    context,
    `Change ${motion.environment} from ${preview.from ?? 'nothing'} to ${preview.release}?`,
  )
  return null
}

async function asksForApprovals({ api }: Connection, environment: string): Promise<boolean> {
  const known = await environmentOrNull(api, environment)
  return (known?.policy?.approvals ?? 0) > 0
}

/** An environment, or null where nothing ever happened in it. */
export async function environmentOrNull(
  api: Connection['api'],
  environment: string,
): Promise<EnvironmentAnswer | null> {
  try {
    return await answerOf(api.GET('/v1/environments/{environment}', { params: { path: { environment } } }))
  } catch (thrown) {
    if (thrown instanceof TowpathError && thrown.code === 'ENVIRONMENT_NOT_FOUND') return null
    throw thrown
  }
}

/** What the server may answer to a request for a deployment, with or without `dryRun`. */
type MotionAnswer = PreviewAnswer | DeploymentAnswer | AlreadyLiveAnswer

/** The answer to a dry run. */
export function previewIn(answer: MotionAnswer): PreviewAnswer | AlreadyLiveAnswer {
  if ('dryRun' in answer || 'alreadyLive' in answer) return answer
  throw new Error(`the server began ${answer.id} where only a preview was asked for`)
}

/** The answer to a request that is meant. */
export function deploymentIn(answer: MotionAnswer): DeploymentAnswer | AlreadyLiveAnswer {
  if (!('dryRun' in answer)) return answer
  throw new Error('the server answered with a preview where a deployment was asked for')
}
