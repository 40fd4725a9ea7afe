import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

const STALL_MS = 30_000
const DEADLINE_MS = 3_600_000

/** Something in the layout of OSV: `ecosystems.txt`, and a folder for each ecosystem. */
export interface Mirror {
  name: string
  /** The bytes of a file, at most so many. Throws ADVISORIES_MIRROR_FAILED. */
  read: (path: readonly string[], sizeMax: number) => Readable
}

/** A mirror by its address, or a folder laid out as one. Plain http is spoken to this machine alone. */
export function openMirror(text: string, resolvePath: (path: string) => string): Mirror {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null
  const isLocal = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? '')
  if (/^[a-z]+:\/\//.test(text) && (url === null || (url.protocol === 'http:' && !isLocal)))
    throw new TowpathError({
      code: 'ADVISORIES_MIRROR_REFUSED',
      kind: 'usage',
      message: `${text.slice(0, 200)} is no address of a mirror: it is https://HOST/PATH, or a folder laid out as one.`,
      hint: 'Nothing was fetched. Name another with --mirror, or with TOWPATH_ADVISORIES_MIRROR.',
    })
  const name = text.replace(/\/+$/, '')
  if (url === null)
    return {
      name,
      read: (path, sizeMax) =>
        bounded(createReadStream(join(resolvePath(name), ...path)), at(name, path), sizeMax),
    }
  return {
    name,
    read: (path, sizeMax) => {
      const place = at(name, path.map(encodeURIComponent))
      return bounded(Readable.from(fetched(place), { objectMode: false }), place, sizeMax)
    },
  }
}

const at = (name: string, path: readonly string[]): string => [name, ...path].join('/')

async function* fetched(place: string): AsyncGenerator<Uint8Array> {
  const stalled = new AbortController()
  const signal = AbortSignal.any([stalled.signal, AbortSignal.timeout(DEADLINE_MS)])
  const waiting = async <T>(act: () => Promise<T>): Promise<T> => {
    const timer = setTimeout(
      () => stalled.abort(new Error(`nothing came for ${STALL_MS / 1000} s`)),
      STALL_MS,
    )
    try {
      return await act()
    } finally {
      clearTimeout(timer)
    }
  }
  const response = await waiting(() => fetch(place, { signal }))
  if (place.startsWith('https:') && !response.url.startsWith('https:'))
    throw new Error('it leads to an unencrypted address')
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`it answers with status ${response.status}`)
  }
  const reader = response.body?.getReader()
  for (
    let next = await waiting(async () => reader?.read());
    next?.done === false;
    next = await waiting(async () => reader?.read())
  )
    yield next.value
}

/** Ends what goes past a bound, and says of every fault what was read. */
function bounded(source: Readable, place: string, sizeMax: number): Readable {
  let size = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      done(size > sizeMax ? failed(place, new Error(`it has more than ${sizeMax} bytes`)) : null, chunk)
    },
  })
  source.on('error', (thrown) => counted.destroy(failed(place, thrown)))
  return source.pipe(counted)
}

function failed(place: string, thrown: unknown): TowpathError {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return new TowpathError({
    code: 'ADVISORIES_MIRROR_FAILED',
    kind: 'unreachable',
    message: `${place} cannot be read: ${messageOf(cause)}.`,
    hint: 'The advisories before stay in use, whole. Try again later, or name another mirror with --mirror.',
    cause: thrown,
  })
}
