import { snapshotMaxBytes } from '@towpath/app/release/snapshot.ts'
import { EVIDENCE_BYTES_MAX } from '@towpath/domain/evidence/evidence.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ApiEnv } from './api-env.ts'

const bodyMaxBytes = 64 * 1024
/** A snapshot is measured with its files already in base64; names and framing come on top. */
const filesBodyMaxBytes = snapshotMaxBytes + 512 * 1024

/** A document travels in base64, which makes it a third larger. */
const evidenceBodyMaxBytes = Math.ceil(EVIDENCE_BYTES_MAX / 3) * 4 + 64 * 1024

/** Packed lines of every ecosystem in base64; those of npm alone come to some ten million bytes. */
const advisoriesBodyMaxBytes = 64 * 1024 * 1024

const limitTo = (maxSize: number): MiddlewareHandler<ApiEnv> =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw tooLarge(maxSize)
    },
  })
const ordinary = limitTo(bodyMaxBytes)
const withFiles = limitTo(filesBodyMaxBytes)
const evidence = limitTo(evidenceBodyMaxBytes)
const advisories = limitTo(advisoriesBodyMaxBytes)

/** What carries the files of a project. */
const carriesFiles = /^\/v1\/(?:releases|environments\/[^/]+\/checks)$/

function limitFor(method: string, path: string): MiddlewareHandler<ApiEnv> {
  if (method !== 'POST') return ordinary
  if (path === '/v1/evidence') return evidence
  if (path === '/v1/advisories') return advisories
  return carriesFiles.test(path) ? withFiles : ordinary
}

/** Bodies are bounded before they are read; only what carries files may be large. */
export const limitBody: MiddlewareHandler<ApiEnv> = (c, next) => limitFor(c.req.method, c.req.path)(c, next)

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
    hint: 'Only towpath.yaml, compose files and the files they name belong in a release, and evidence has at most 8 MiB. Nothing was changed.',
  })
