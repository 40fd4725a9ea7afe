import { roles } from '@towpath/domain/principal/principal.ts'
import type { Role, RoleGrant } from '@towpath/domain/principal/principal.ts'
import { suggestWord } from '@towpath/domain/config/did-you-mean.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { everyItem } from '../connection/every-item.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import { tableLines } from '../screen/table.ts'
import { left } from '../screen/time.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'
import { endOf } from './waive.ts'

/** `towpath server token add NAME --role ROLE[:ENV] [--expires 90d] [--replace]`. The token is on stdout once and nowhere else. */
export async function addToken(
  context: Context,
  name: string,
  options: { role: string[]; expires: string; replace?: boolean },
): Promise<Answer> {
  const grants = options.role.map(parseGrant)
  const expiresAt = endOf(options.expires, context.shell.now())
  const connection = await connect(context)
  const { replace = false } = options
  const { principal, token, note } = await answerOf(
    connection.api.POST('/v1/principals', { body: { name, grants, expiresAt, replace } }),
  )
  context.aside([
    line(
      span('good', '✔ added'),
      `  ${principal.name}: ${grantText(principal.grants)}, until ${principal.expiresAt}`,
    ),
    ...(note === null ? [] : [line(span('warning', '▲ '), note)]),
    line('  The token is shown this once. Give it on as TOWPATH_TOKEN.'),
  ])
  await rememberAfterwards(connection, context)
  return { page: [line(token)], json: { principal, token, note } }
}

/** `towpath server token list`. */
export async function listTokens(context: Context): Promise<Answer> {
  const { api } = await connect(context)
  const principals = await everyItem((query) => answerOf(api.GET('/v1/principals', { params: { query } })))
  const now = context.shell.now()
  const rows = principals.map(({ name, grants, expiresAt, revokedAt }) => {
    const remaining = left(expiresAt, now)
    const state =
      revokedAt !== null
        ? span('bad', `✖ revoked ${revokedAt.slice(0, 10)}`)
        : remaining === null
          ? span('warning', '▲ expired')
          : span('good', `✔ ${remaining} left`)
    return [span('strong', name), state, span(null, grantText(grants))]
  })
  return {
    page: tableLines({ head: ['name', 'token', 'roles'], rows }, columnsOf(context.shell.stdout)),
    json: { principals },
  }
}

/** `towpath server token revoke NAME`. */
export async function revokeToken(context: Context, name: string): Promise<Answer> {
  const connection = await connect(context)
  const { response, error } = await connection.api.DELETE('/v1/principals/{name}', {
    params: { path: { name } },
  })
  if (!response.ok) await answerOf(Promise.resolve({ error, response }))
  await rememberAfterwards(connection, context)
  return { page: [line(span('good', '✔ revoked'), `  the token of ${name}`)], json: { name, revoked: true } }
}

const grantText = (grants: readonly { environment: string; role: string }[]): string =>
  grants.map(({ environment, role }) => (environment === '*' ? role : `${role} on ${environment}`)).join(', ')

/** `deployer` holds everywhere, `deployer:staging` in one environment. Throws ROLE_UNKNOWN. */
function parseGrant(text: string): RoleGrant {
  const [role = '', environment = '*', ...rest] = text.split(':')
  if (isRole(role) && environment !== '' && rest.length === 0) return { role, environment }
  throw new TowpathError({
    code: 'ROLE_UNKNOWN',
    kind: 'usage',
    message: `${JSON.stringify(text)} is no role.`,
    hint: `No token was made. Write ROLE or ROLE:ENVIRONMENT; ${suggestWord(role, roles) ?? `known here: ${roles.join(', ')}`}.`,
  })
}

const isRole = (text: string): text is Role => roles.some((role) => role === text)
