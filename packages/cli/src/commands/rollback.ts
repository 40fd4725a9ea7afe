import { answerOf, connect, idempotencyKey } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import type { MotionOptions } from '../program/options.ts'
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
  return await move(context, connection, { motion, options })
}
