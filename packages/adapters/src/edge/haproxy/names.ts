import { createHash } from 'node:crypto'
import type { Twin } from './slot-servers.ts'

/**
 * A slot is declared several times at one address, because `backup` cannot be switched at run time but a server can:
 * - `s1` takes the slot's share of traffic and is the one that is probed
 * - `s1.backup` gets new requests when no slot is left that takes a share; follows the health of `s1`
 * - `s1.last` is `s1` again, never probed: the last resort while a live slot is marked down and nobody stands by.
 *   Without it one slow probe, or one refused connection during a restart, would fail every request.
 * - `s1.trial` takes the requests of a trial, and goes down for good when too many answers in a row were bad
 * - `s1.pulse` is probed during a trial and asked for nothing; it goes down for good when the probes fail
 * - `s1.hold` takes the requests that waited (see `holdBackend`)
 */
export const twinsOf = (slot: string): Record<Twin, string> => ({
  share: slot,
  backup: `${slot}.backup`,
  last: `${slot}.last`,
  trial: `${slot}.trial`,
  pulse: `${slot}.pulse`,
  hold: `${slot}.hold`,
})

/** The server of no slot that requests of a held service wait at. */
export const WAIT_SERVER = 'wait'

/** Expression that gives the slot of any of its three servers. */
export const SLOT_OF_SERVER = 'srv_name,word(1,.)'

export const entryName = (service: string): string => `entry:${service}`
export const backendName = (service: string): string => `service:${service}`
export const privateBackendName = (service: string): string => `private:${service}`
export const holdBackendName = (service: string): string => `hold:${service}`
export const relayBackendName = (service: string): string => `relay:${service}`
/** Where the newest worker takes requests of older ones; short for every name, because a socket's path must be. */
export const relaySocketName = (service: string): string =>
  `relay-${createHash('sha256').update(service).digest('hex').slice(0, 12)}.sock`

/** The service of a backend that takes public requests. */
export const serviceOfBackend = (name: string): string | null =>
  /^(?:service|hold):(.+)$/.exec(name)?.[1] ?? null

/** One of a slot's servers, as the runtime socket names it. */
export const serverPath = (service: string, slot: string, twin: Twin): string =>
  `${twin === 'hold' ? holdBackendName(service) : backendName(service)}/${twinsOf(slot)[twin]}`

/** Slot -> release, one file per service, named in the edge's file and changed at run time. */
export const releasesMapName = (service: string): string => `releases-${service}.map`
/** What the map says of a slot that holds no release. */
export const NO_RELEASE = '-'

/** Files of an edge's state directory; HAProxy runs inside it and names them relative to it. */
export const edgeFiles = {
  config: 'haproxy.cfg',
  token: 'private.token',
  privateSocket: 'private.sock',
  runtimeSocket: 'runtime.sock',
  masterSocket: 'master.sock',
  waitSocket: 'wait.sock',
  trafficSocket: 'traffic.sock',
  trafficEntrySocket: 'told.sock',
} as const

export const privateHeaders = {
  token: 'x-towpath-token',
  service: 'x-towpath-service',
  slot: 'x-towpath-slot',
  answeredBy: 'x-towpath-answered-by',
} as const

/** Arguments after the program's name; `dir` is the state directory as HAProxy sees it. */
export const haproxyArguments = (dir: string): string[] => [
  ...['-W', '-db'],
  ...['-C', dir],
  ...['-S', `unix@${edgeFiles.masterSocket},mode,600`],
  ...['-f', edgeFiles.config],
]
