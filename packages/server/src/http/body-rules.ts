import { snapshotMaxBytes } from '@towpath/app/release/snapshot.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ApiEnv } from './api-env.ts'

const bodyMaxBytes = 64 * 1024
/** A snapshot is measured with its files already in base64; names and framing come on top. */
const filesBodyMaxBytes = snapshotMaxBytes + 512 * 1024

const limitTo = (maxSize: number): MiddlewareHandler<ApiEnv> =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw tooLarge(maxSize)
    },
  })
const ordinary = limitTo(bodyMaxBytes)
const withFiles = limitTo(filesBodyMaxBytes)

/** What carries the files of a project. */
const carriesFiles = /^\/v1\/(?:releases|environments\/[^/]+\/checks)$/

/** Bodies are bounded before they are read; only what carries files may be large. */
export const limitBody: MiddlewareHandler<ApiEnv> = (c, next) =>
  c.req.method === 'POST' && carriesFiles.test(c.req.path) ? withFiles(c, next) : ordinary(c, next)

/** A form of a foreign page can post text, never JSON; so nothing but JSON changes anything here. */
export const jsonOnly: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const type = c.req.header('content-type') ?? ''
  if (c.req.raw.body !== null && !/^application\/json\s*(?:;|$)/i.test(type))
    throw new TowpathError({
      code: 'BODY_TYPE_UNSUPPORTED',
      kind: 'usage',
      message: 'The body of the request is not declared as JSON.',
      hint: 'Send it with "Content-Type: application/json". Nothing was changed.',
    })
  await next()
}

const tooLarge = (maxSize: number): TowpathError =>
  new TowpathError({
    code: 'BODY_TOO_LARGE',
    kind: 'usage',
    message: `The body of the request is larger than the ${maxSize} bytes this endpoint takes.`,
    hint: 'Only towpath.yaml, compose files and the files they name belong in a release. Nothing was changed.',
  })
