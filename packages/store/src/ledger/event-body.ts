import { createHash } from 'node:crypto'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LedgerEvent, NewEvent } from '@towpath/domain/ledger/event.ts'

/** What the first event is chained to: 32 zero bytes. */
export const GENESIS_HASH: Buffer = Buffer.alloc(32)

const BODY_BYTES_MAX = 1024 * 1024
/** Far below what a PostgreSQL index row holds (2,704 bytes). */
const KEY_BYTES_MAX = 512

/**
 * The text that is hashed and stored: JSON with its keys in one fixed order.
 * PostgreSQL text has no U+0000 and no lone surrogates; both become U+FFFD, in keys and values alike.
 * Throws TowpathError EVENT_TOO_LARGE.
 */
export const writeBody = (event: NewEvent, place: { seq: number; at: string }): string => {
  const body = storable(
    JSON.stringify({
      seq: place.seq,
      at: place.at,
      type: event.type,
      actor: event.actor,
      idem: event.idem,
      request: event.request,
      environment: event.environment,
      release: event.release,
      deployment: event.deployment,
      service: event.service,
      data: event.data,
    }),
  )
  refuseOversize(event, body)
  return body
}

/** The event a stored body says; `writeBody` is the only author of bodies, so its shape is known. */
export const readBody = (body: string): LedgerEvent => JSON.parse(body) as LedgerEvent

/** hash = sha256(prev || utf8(body)): the hash of an event covers every event before it. */
export const chainHash = (prev: Uint8Array, body: string): Buffer =>
  createHash('sha256').update(prev).update(body, 'utf8').digest()

/** An idempotency key as the ledger stores it, to look one up by. */
export const storedKey = (key: string): string => key.replaceAll('\u0000', '\ufffd').toWellFormed()

const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g
const UNSTORABLE = /^\\u(?:0000|d[89a-f][0-9a-f]{2})$/

const storable = (json: string): string =>
  json.includes('\\u')
    ? json.replace(ESCAPE, (escape) => (UNSTORABLE.test(escape) ? '\ufffd' : escape))
    : json

const refuseOversize = (event: NewEvent, body: string): void => {
  const long = (['idem', 'environment', 'release', 'deployment'] as const).find(
    (key) => Buffer.byteLength(event[key] ?? '') > KEY_BYTES_MAX,
  )
  if (long === undefined && Buffer.byteLength(body) <= BODY_BYTES_MAX) return
  throw new TowpathError({
    code: 'EVENT_TOO_LARGE',
    kind: 'usage',
    message:
      long === undefined
        ? `The event ${event.type} has ${Buffer.byteLength(body)} bytes; the ledger takes ${BODY_BYTES_MAX}.`
        : `The ${long} of the event ${event.type} is longer than ${KEY_BYTES_MAX} bytes.`,
    hint: 'Nothing was written. Store large inputs by digest and put the digest into the event.',
  })
}
