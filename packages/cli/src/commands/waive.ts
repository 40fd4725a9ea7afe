import { parseDuration } from '@towpath/domain/config/duration.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

interface WaiveOptions {
  environment: string
  reason: string
  expires: string
  release?: string
  owner?: string
}

/** `towpath waive GATE -e ENV --reason TEXT --expires DURATION`. */
export async function waive(context: Context, gate: string, options: WaiveOptions): Promise<Answer> {
  const { environment, reason, release = null } = options
  const expiresAt = endOf(options.expires, context.shell.now())
  const owner = options.owner ?? ownerIn(context.shell.env)
  const connection = await connect(context)
  const known = await answerOf(connection.api.GET('/v1/gates'))
  const name = known.items.find((item) => item.name === gate)?.name
  if (name === undefined)
    throw unknownGate(
      gate,
      known.items.map((item) => item.name),
    )
  const waiver = await answerOf(
    connection.api.POST('/v1/environments/{environment}/waivers', {
      params: { path: { environment } },
      body: { gate: name, release, owner, reason, expiresAt },
    }),
  )
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(span('warning', '▲ waived'), `  ${gate} on ${environment} until ${waiver.expiresAt}`),
      line(span('quiet', `  ${waiver.owner} answers for it: ${waiver.reason}`)),
    ],
    json: { environment, waiver },
  }
}

/** Who runs this, as the surroundings say. Throws OWNER_UNKNOWN. */
export function ownerIn(env: Context['shell']['env']): string {
  const name = env['USER'] || env['USERNAME'] || env['GITHUB_ACTOR']
  if (name) return name
  throw new TowpathError({
    code: 'OWNER_UNKNOWN',
    kind: 'usage',
    message: 'Who answers for it is not said, and not to be seen here.',
    hint: 'Nothing was changed. Add --owner NAME.',
  })
}

const unknownGate = (gate: string, known: readonly string[]): TowpathError =>
  new TowpathError({
    code: 'GATE_UNKNOWN',
    kind: 'usage',
    message: `There is no gate ${gate}.`,
    hint: `Nothing was changed. Gates: ${known.join(', ')}.`,
  })

/** The moment a duration from now ends. Throws DURATION_INVALID. */
export const endOf = (text: string, now: Date): string =>
  new Date(now.getTime() + lengthOf(text)).toISOString()

/** A duration as it was given, in ms. Throws DURATION_INVALID. */
export function lengthOf(text: string): number {
  const ms = parseDuration(text)
  if (ms !== null && ms > 0) return ms
  throw new TowpathError({
    code: 'DURATION_INVALID',
    kind: 'usage',
    message: `${JSON.stringify(text)} is no duration.`,
    hint: 'Nothing was changed. Write it as 2h, 7d or 1d12h.',
  })
}
