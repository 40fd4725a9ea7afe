import type { Hook } from '@hono/zod-openapi'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ApiEnv } from './api-env.ts'

const where = {
  json: 'body',
  form: 'body',
  query: 'query',
  param: 'path',
  header: 'header',
  cookie: 'cookie',
} as const

/** Turns what a schema refused into one error that lists every problem. Values are not repeated: they may be secrets. */
export const refuseInvalid: Hook<unknown, ApiEnv, string, undefined> = (result) => {
  if (result.success) return undefined
  const problems = result.error.issues.map((issue) => ({
    path: [where[result.target], ...issue.path.map(String)].join('.'),
    message: issue.message,
  }))
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new TowpathError({
    code: 'REQUEST_INVALID',
    kind: 'usage',
    message: `The request cannot be used: ${first?.path ?? 'body'}: ${first?.message ?? 'is not as described'}${more}.`,
    hint: 'Nothing was changed. GET /openapi.json describes every request.',
    detail: { problems },
  })
}
