import { setTimeout as sleep } from 'node:timers/promises'
import { unreachable } from '../edge-errors.ts'
import { NO_RELEASE, releasesMapName, serviceOfBackend } from './names.ts'
import type { StateDirectory } from './state-directory.ts'
import { parseSteeringMap, steeringMapName, type RuntimeSteering } from './steering-map.ts'

const ANSWER_WITHIN_MS = 5_000
const ENDED_LOOKS = 5
const ENDED_LOOK_EVERY_MS = 40

/** One of a slot's servers, or of those that requests wait at, as the running process has it. */
export interface RuntimeServer {
  service: string
  server: string
  address: string
  port: number
  admitted: boolean
  /** Somebody drained it by hand: not one of our states. */
  drained: boolean
  weight: number
  /** False where a probe, or too many errors, took it out. */
  isUp: boolean
}

export interface RuntimeEdge {
  /** `structure` of the file that the process was started from. */
  structure: string
  servers: RuntimeServer[]
  releases: { service: string; slot: string; release: string | null }[]
  /** Of the services that the running edge steers. */
  steering: RuntimeSteering[]
}

/** Reads everything that `apply` may change, in one call. */
export const readRuntime = async (dir: StateDirectory, services: string[]): Promise<RuntimeEdge> =>
  (await tellAndRead(dir, [], services)).runtime

/** Does the commands and reads the outcome, in one call. `complaint` is empty when the edge did all of them. */
export async function tellAndRead(
  dir: StateDirectory,
  commands: string[],
  services: string[],
): Promise<{ complaint: string; runtime: RuntimeEdge }> {
  const maps = services.flatMap((service) => [
    `show map ${releasesMapName(service)}`,
    `show map ${steeringMapName(service)}`,
  ])
  const questions = ['show info', 'show servers state', ...maps]
  let answer = ''
  for (const batch of batches([...commands, ...questions])) answer += await askRuntime(dir, batch)
  const start = Math.max(0, answer.indexOf(FIRST_OF_INFO))
  return {
    complaint: answer.slice(0, start).trim().replaceAll(/\s+/g, ' '),
    runtime: parseRuntime(answer.slice(start), services),
  }
}

const FIRST_OF_INFO = 'Name: '

function parseRuntime(answer: string, services: string[]): RuntimeEdge {
  const [info = '', servers = '', ...maps] = answer.split('\n\n')
  return {
    structure: /^description: (\S+)$/m.exec(info)?.[1] ?? '',
    servers: parseServers(servers),
    releases: services.flatMap((service, index) => parseReleases(service, maps[2 * index] ?? '')),
    steering: services.flatMap((service, index) => parseSteeringMap(service, maps[2 * index + 1] ?? '')),
  }
}

/** Of every proxy, its servers alone. */
export const SERVER_STATISTICS = 'show stat -1 4 -1'

export const readStatistics = async (dir: StateDirectory): Promise<string> =>
  await askRuntime(dir, [SERVER_STATISTICS])

/** The level of our socket, asked for last: an answer that does not end so was cut off on its way, and says too little. */
const LAST_QUESTION = 'show cli level'
const LAST_WORD = 'admin\n\n'

const askRuntime = async (dir: StateDirectory, lines: string[]): Promise<string> =>
  await askWhole(dir, 'runtimeSocket', [...lines, LAST_QUESTION])

/** The last line is `LAST_QUESTION`. Throws EDGE_UNREACHABLE for an answer that was cut off. */
async function askWhole(
  dir: StateDirectory,
  socket: 'runtimeSocket' | 'masterSocket',
  lines: string[],
): Promise<string> {
  const answer = await dir.ask(socket, lines.join(';'), ANSWER_WITHIN_MS)
  if (!answer.endsWith(LAST_WORD)) throw unreachable('its answer was cut off')
  return answer.slice(0, -LAST_WORD.length)
}

/** The edge reads a line into one buffer (`tune.bufsize`), so long lists go in several. */
function batches(lines: string[]): string[][] {
  const perBatch = 100
  return Array.from({ length: Math.ceil(lines.length / perBatch) }, (_, index) =>
    lines.slice(index * perBatch, (index + 1) * perBatch),
  )
}

/** Starts a new worker from the file; returns before it serves. */
export async function requestReload(dir: StateDirectory): Promise<void> {
  dir.forgetWorker()
  await dir.ask('masterSocket', 'reload', ANSWER_WITHIN_MS)
}

/** Process ids of workers that an earlier reload left to finish their connections. */
export async function oldWorkers(dir: StateDirectory): Promise<string[]> {
  const answer = await askWhole(dir, 'masterSocket', ['show proc', LAST_QUESTION])
  if (!/^# workers$/m.test(answer)) throw unreachable('its master does not tell its workers')
  const old = /^# old workers$([\s\S]*?)^# /m.exec(`${answer}\n# `)?.[1] ?? ''
  return [...old.matchAll(/^(\d+)\s+worker\b/gm)].map(([, pid = '']) => pid)
}

/**
 * What a worker that a reload left behind answers; null where it has ended, also in the middle of its answer. Throws
 * EDGE_UNREACHABLE where it lives and its answer did not come whole: then it may have been told nothing.
 */
export async function askWorker(dir: StateDirectory, pid: string, lines: string[]): Promise<string | null> {
  const toIt = (line: string): string => `@!${pid} ${line}`
  try {
    let answer = ''
    for (const batch of batches(lines))
      answer += await askWhole(dir, 'masterSocket', [...batch, LAST_QUESTION].map(toIt))
    return answer
  } catch (fault) {
    if (await hasEnded(dir, pid)) return null
    throw fault
  }
}

/** The master hears of an end a moment after the worker's connections do. */
async function hasEnded(dir: StateDirectory, pid: string): Promise<boolean> {
  for (let look = 0; look < ENDED_LOOKS; look += 1) {
    if (!(await oldWorkers(dir)).includes(pid)) return true
    await sleep(ENDED_LOOK_EVERY_MS)
  }
  return false
}

/** Columns differ between versions of HAProxy, so they are found by name. */
function parseServers(section: string): RuntimeServer[] {
  const lines = section.split('\n')
  const columns = (lines.find((line) => line.startsWith('# ')) ?? '# ').slice(2).split(' ')
  return lines.flatMap((line) => {
    const values = line.split(' ')
    const field = (name: string): string => values[columns.indexOf(name)] ?? ''
    const service = serviceOfBackend(field('be_name'))
    if (service === null) return []
    const admin = Number(field('srv_admin_state'))
    return [
      {
        service,
        server: field('srv_name'),
        address: field('srv_addr'),
        port: Number(field('srv_port')),
        admitted: (admin & FORCED_MAINTENANCE) === 0,
        drained: (admin & FORCED_DRAIN) !== 0,
        weight: Number(field('srv_uweight')),
        isUp: Number(field('srv_op_state')) !== STOPPED,
      },
    ]
  })
}

/** Bits of `srv_admin_state` in HAProxy's management guide. */
const FORCED_MAINTENANCE = 0x01
const FORCED_DRAIN = 0x08
/** Value of `srv_op_state` there. */
const STOPPED = 0

const parseReleases = (service: string, section: string): RuntimeEdge['releases'] =>
  [...section.matchAll(/^0x\w+ (\S+) (\S+)$/gm)].map(([, slot = '', release = NO_RELEASE]) => ({
    service,
    slot,
    release: release === NO_RELEASE ? null : release,
  }))
