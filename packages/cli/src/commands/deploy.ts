import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { answerOf, connect, idempotencyKey } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import type { ForwardOptions, MotionOptions } from '../program/options.ts'
import type { Context } from '../terminal/context.ts'
import { deploymentIn, environmentOrNull, move, previewIn } from './motion.ts'
import type { Motion } from './motion.ts'

/** `towpath deploy RELEASE -e ENV`. */
export async function deploy(context: Context, release: string, options: ForwardOptions): Promise<Answer> {
  const connection = await connect(context)
  const typed = `deploy ${release} -e ${options.environment}`
  const motion = forwardMotion(connection, options, { release, kind: 'deploy', typed })
  return await move(context, connection, { motion, options })
}

/** `towpath promote [RELEASE] [--from ENV] -e ENV`: what was verified elsewhere, by the same digests. */
export async function promote(
  context: Context,
  asked: string | undefined,
  options: ForwardOptions & { from?: string },
): Promise<Answer> {
  const connection = await connect(context)
  const release = await releaseToPromote(connection, asked, options)
  const typed = `promote ${release} -e ${options.environment}`
  const motion = forwardMotion(connection, options, { release, kind: 'promote', typed })
  return await move(context, connection, { motion, options })
}

async function releaseToPromote(
  { api }: Connection,
  asked: string | undefined,
  { from, environment }: MotionOptions & { from?: string },
): Promise<string> {
  if (from === undefined) {
    if (asked !== undefined) return asked
    throw new TowpathError({
      code: 'RELEASE_NOT_NAMED',
      kind: 'usage',
      message: 'Which release? Neither a release nor --from is given.',
      hint: `Nothing was changed. Name the place it was verified: towpath promote --from staging -e ${environment}`,
    })
  }
  const live = (await environmentOrNull(api, from))?.live?.release ?? null
  if (live !== null && (asked === undefined || asked === live)) return live
  throw new TowpathError({
    code: 'RELEASE_NOT_LIVE_THERE',
    kind: 'not-found',
    message: live === null ? `Nothing is live on ${from}.` : `${from} runs ${live}, not ${asked ?? ''}.`,
    hint: `Nothing was changed. See: towpath status -e ${from}`,
    detail: { from, live },
  })
}

function forwardMotion(
  { api }: Connection,
  { environment, reason, replaceEdge = false }: ForwardOptions,
  asked: { release: string; kind: 'deploy' | 'promote'; typed: string },
): Motion {
  const { release, kind, typed } = asked
  const header = idempotencyKey()
  const ask = (dryRun: boolean) =>
    answerOf(
      api.POST('/v1/environments/{environment}/deployments', {
        params: { path: { environment }, header },
        body: { release, kind, reason, dryRun, replaceEdge },
      }),
    )
  return {
    environment,
    typed,
    preview: async () => previewIn(await ask(true)),
    request: async () => deploymentIn(await ask(false)),
  }
}
