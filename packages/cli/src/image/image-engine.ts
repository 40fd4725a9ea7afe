import { statSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { fieldsOf, textOf } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { Shell } from '../terminal/shell.ts'

/** An older engine writes the whole archive to its disk before the first byte comes. */
const STALL_MS = 300_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024

/** A Docker Engine on this machine, as far as images are read from it. */
export interface ImageEngine {
  socketPath: string
  /** `sha256:` id of an image by any name that the engine knows it by; null where it has none of that name. */
  idOf: (name: string) => Promise<string | null>
  /** What `docker save` gives for an id, as a stream. */
  saved: (id: string) => AsyncGenerator<Buffer>
}

/** The engine that the `docker` command would use, where its socket is on this machine; else why there is none, in words. */
export function findEngine({ env }: Pick<Shell, 'env'>): ImageEngine | { none: string } {
  const named = env['DOCKER_HOST'] ?? ''
  const address = named === '' ? null : parseHostAddress(named)
  if (named !== '' && address?.way !== 'socket')
    return { none: 'the engine that DOCKER_HOST names is not on this machine, so it was not asked' }
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  const usual = ['/var/run/docker.sock', ...(runtime === '' ? [] : [join(runtime, 'docker.sock')])]
  const places = address === null ? usual : [address.socketPath]
  const socketPath = places.find(isSocket)
  if (socketPath === undefined) return { none: `no engine is here (no socket at ${places.join(', ')})` }
  return {
    socketPath,
    idOf: (name) => findId(socketPath, name),
    saved: (id) => savedBytes(socketPath, id),
  }
}

function isSocket(place: string): boolean {
  try {
    return statSync(place).isSocket()
  } catch {
    return false
  }
}

async function findId(socketPath: string, name: string): Promise<string | null> {
  const response = await get(socketPath, `/images/${name}/json`)
  const body = await textIn(socketPath, response)
  if (response.statusCode === 404) return null
  const id = response.statusCode === 200 ? textOf(fieldsOf(parsed(body)).get('Id')) : null
  if (id !== null && /^sha256:[0-9a-f]{64}$/.test(id)) return id
  throw refused(socketPath, response.statusCode)
}

async function* savedBytes(socketPath: string, id: string): AsyncGenerator<Buffer> {
  const response = await get(socketPath, `/images/${id}/get`)
  if (response.statusCode !== 200) {
    response.destroy()
    throw refused(socketPath, response.statusCode)
  }
  try {
    for await (const chunk of response) yield chunk as Buffer
  } catch (thrown) {
    throw noAnswer(socketPath, thrown)
  }
}

function get(socketPath: string, path: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asked = request({ socketPath, path, timeout: STALL_MS, agent: false }, resolve)
  asked.on('timeout', () => asked.destroy(new Error(`nothing came for ${STALL_MS / 1000} s`)))
  asked.on('error', (thrown) => reject(noAnswer(socketPath, thrown)))
  asked.end()
  return promise
}

async function textIn(socketPath: string, response: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += (chunk as Buffer).length
    if (size > ANSWER_BYTES_MAX) throw noAnswer(socketPath, new Error('its answer has no end'))
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const refused = (socketPath: string, status: number | undefined): TowpathError =>
  new TowpathError({
    code: 'ENGINE_REFUSED',
    kind: 'failed',
    message: `The engine at ${socketPath} answered with status ${status ?? 'none'} when asked for an image.`,
    hint: 'Nothing was judged. Look at the engine (docker version), or save the image yourself: docker save IMAGE -o image.tar',
  })

const noAnswer = (socketPath: string, thrown: unknown): TowpathError =>
  new TowpathError({
    code: 'ENGINE_UNREACHABLE',
    kind: 'unreachable',
    message: `The engine at ${socketPath} gives no answer: ${messageOf(thrown)}.`,
    hint: 'Nothing was judged. Start it, or let this user reach its socket (group docker); --from registry asks the registry alone.',
    cause: thrown,
  })
