import { z } from '@hono/zod-openapi'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ErrorKind } from '@towpath/domain/error/towpath-error.ts'
import { HTTPException } from 'hono/http-exception'

const kinds = [
  'failed',
  'usage',
  'blocked',
  'forbidden',
  'unreachable',
  'locked',
  'not-found',
  'conflict',
] as const satisfies readonly ErrorKind[]

/** RFC 9457, with what every error of ours says besides. Facts of the error follow as further members. */
export const problemShape = z
  .looseObject({
    type: z.string().openapi({ description: 'Stable name of the kind of problem, as a URN.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What happened and why.' }),
    code: z.string().openapi({ description: 'Stable code; scripts compare this.' }),
    kind: z.enum(kinds).openapi({ description: 'How a command ends for a script.' }),
    hint: z.string().openapi({ description: 'What was not changed, and what to do next.' }),
    docs: z.string(),
    request: z.string().openapi({ description: 'The x-request-id, also in the ledger and the log.' }),
    retryable: z.boolean(),
  })
  .openapi('Problem')

export type Problem = z.infer<typeof problemShape>

const statusOfKind: Record<ErrorKind, number> = {
  usage: 422,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  blocked: 409,
  locked: 409,
  unreachable: 503,
  failed: 500,
}

/** Where HTTP has a status of its own for what the kind says too broadly. */
const statusOfCode: Record<string, number> = {
  TOKEN_MISSING: 401,
  TOKEN_INVALID: 401,
  BODY_NOT_JSON: 400,
  IMAGE_NOT_FOUND: 422,
  BODY_TOO_LARGE: 413,
  SNAPSHOT_TOO_LARGE: 413,
  BODY_TYPE_UNSUPPORTED: 415,
  HOST_NOT_LOOPBACK: 421,
}

/** The problem that tells of anything thrown. What nobody expected shows its request id and nothing of its inside. */
export function problemOf(thrown: unknown, request: string): Problem {
  const error = expected(thrown) ?? internal(request)
  return {
    ...error.detail,
    type: `urn:towpath:error:${error.code}`,
    title: titleOf(error.code),
    status: statusOfCode[error.code] ?? statusOfKind[error.kind],
    detail: error.message,
    code: error.code,
    kind: error.kind,
    hint: error.hint,
    docs: `docs/errors.md#${error.code.toLowerCase()}`,
    request,
    retryable: error.retryable,
  }
}

/** True for what only the log may tell. */
export const isUnexpected = (thrown: unknown): boolean => expected(thrown) === null

function expected(thrown: unknown): TowpathError | null {
  if (thrown instanceof TowpathError) return thrown
  return thrown instanceof HTTPException && thrown.status === 400 ? bodyNotJson() : null
}

const titleOf = (code: string): string => {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const internal = (request: string): TowpathError =>
  new TowpathError({
    code: 'INTERNAL',
    kind: 'failed',
    message: 'The server met a fault of its own.',
    hint: `Its log names the cause beside request ${request}. Whether something was changed shows in: towpath status`,
  })

const bodyNotJson = (): TowpathError =>
  new TowpathError({
    code: 'BODY_NOT_JSON',
    kind: 'usage',
    message: 'The body of the request cannot be read as JSON.',
    hint: 'Nothing was changed. Send one JSON object.',
  })
