import { answerOf, connect, idempotencyKey } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import type { MotionOptions } from '../program/options.ts'
import { line } from '../screen/line.ts'
import { outcomeSigns, signSpan } from '../screen/words.ts'
import type { Context } from '../terminal/context.ts'
import { deploymentIn, move, previewIn } from './motion.ts'

/** `towpath rollback [RELEASE] -e ENV`: back to a release that was live, with exactly what it ran with then. */
export async function rollback(
  context: Context,
  release: string | undefined,
  options: MotionOptions & { acceptSchema?: string },
): Promise<Answer> {
  const connection = await connect(context)
  const { environment, reason, acceptSchema = null } = options
  const header = idempotencyKey()
  const ask = (dryRun: boolean) =>
    answerOf(
      connection.api.POST('/v1/environments/{environment}/rollback', {
        params: { path: { environment }, header },
        body: { release: release ?? null, reason, acceptSchema, dryRun },
      }),
    )
  const motion = {
    environment,
    typed: ['rollback', ...(release === undefined ? [] : [release]), '-e', environment].join(' '),
    preview: async () => previewIn(await ask(true)),
    request: async () => deploymentIn(await ask(false)),
  }
  return turnedRound(await move(context, connection, { motion, options }), environment)
}

/** Where a deployment was on its way, going back means turning it round: it ends aborted, and that is what was asked. */
function turnedRound(answer: Answer, environment: string): Answer {
  const { deployment } = answer.json as {
    deployment?: { kind?: string; outcome?: string; from?: string | null }
  }
  if (deployment?.outcome !== 'aborted' || deployment.kind === 'rollback') return answer
  const { failure: _, ...rest } = answer
  const serves = deployment.from ?? 'the release before'
  return {
    ...rest,
    page: [line(signSpan(outcomeSigns.aborted), `  turned round: ${serves} serves ${environment}`)],
    exit: exitCodes.reached,
    next: [],
  }
}
