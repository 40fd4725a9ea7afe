import { truncate } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { lastLogLines, rememberedPort, startupLog, writeSettings } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { runEngineTool } from './engine-process.ts'
import type { ServerUser } from './engine-process.ts'
import type { Engine } from './engine.ts'
import { greet } from './greet.ts'
import type { Greeting } from './greet.ts'
import { livePostmaster } from './postmaster.ts'
import type { Postmaster } from './postmaster.ts'

/** A cluster with everything needed to start and stop its server. */
export interface EmbeddedServer {
  cluster: Cluster
  engine: Engine
  user: ServerUser | undefined
  /** Wanted port, where somebody wants one. */
  port: number | undefined
}

export interface RunningServer {
  adopted: boolean
  greeting: Greeting
}

type Attempt = { running: RunningServer } | { problem: string; final: boolean }

const START_DEADLINE_MS = 120_000
const START_ATTEMPTS_MAX = 8
const STOP_SECONDS = 30
const PAUSE_MS = 250

/**
 * Adopts the live server of the cluster, or starts one. Never deletes `postmaster.pid`: PostgreSQL
 * itself decides whether one is stale. A start is tried again, because the backends of a killed
 * postmaster hold its shared memory for a moment, and because a free port may be taken meanwhile.
 */
export const startOrAdopt = async (server: EmbeddedServer): Promise<RunningServer> => {
  const giveUpAt = performance.now() + START_DEADLINE_MS
  let problem = 'it did not answer in time'
  for (let starts = 0; starts < START_ATTEMPTS_MAX && performance.now() < giveUpAt;) {
    const live = await livePostmaster(server.cluster.dataDir)
    const attempt = live === undefined ? await startOnce(server) : await adopt(server, live)
    if ('running' in attempt) return attempt.running
    problem = attempt.problem
    if (attempt.final) break
    if (live === undefined) starts += 1
    await sleep(PAUSE_MS)
  }
  throw new TowpathError({
    code: 'EMBEDDED_POSTGRES_NOT_STARTED',
    kind: 'failed',
    message: `The embedded PostgreSQL in ${server.cluster.dataDir} could not be started or adopted: ${problem}`,
    hint: 'No file was deleted. Fix what the message names and start again; the log lies beside the data in `log/`.',
    retryable: true,
  })
}

/** Stops the server, first with a checkpoint and then at once; returns when its process is gone. */
export const stopServer = async ({ cluster, engine, user }: EmbeddedServer): Promise<void> => {
  for (const mode of ['fast', 'immediate']) {
    if ((await livePostmaster(cluster.dataDir)) === undefined) return
    await runEngineTool({
      file: engine.pgCtl,
      args: ['stop', '-D', cluster.dataDir, '-m', mode, '-w', '-t', String(STOP_SECONDS)],
      user,
      deadlineMs: (STOP_SECONDS + 5) * 1_000,
    })
  }
  const left = await livePostmaster(cluster.dataDir)
  if (left === undefined) return
  throw new TowpathError({
    code: 'EMBEDDED_POSTGRES_NOT_STOPPED',
    kind: 'failed',
    message: `The embedded PostgreSQL (process ${left.pid}) did not stop in ${STOP_SECONDS} seconds.`,
    hint: 'Its data is intact. Look into the log beside the data in `log/`, then stop Towpath again.',
    retryable: true,
  })
}

const adopt = async ({ cluster }: EmbeddedServer, live: Postmaster): Promise<Attempt> => {
  if (live.port === undefined) return { problem: `process ${live.pid} is still starting`, final: false }
  try {
    const greeting = await greet(live.port, cluster.password)
    if (greeting.dataDir === cluster.dataDir) return { running: { adopted: true, greeting } }
    return { problem: `port ${live.port} is answered by a server of ${greeting.dataDir}`, final: true }
  } catch (thrown) {
    // Starting up or shutting down: either it answers soon, or its process vanishes and we start one.
    return {
      problem: `process ${live.pid} is alive but says: ${messageOf(thrown)}`,
      final: isWrongPassword(thrown),
    }
  }
}

const startOnce = async (server: EmbeddedServer): Promise<Attempt> => {
  const { cluster, engine, user } = server
  const port = await choosePort(server)
  await writeSettings(cluster, port, user)
  await truncate(startupLog(cluster)).catch(() => {})
  const answer = await runEngineTool({
    file: engine.pgCtl,
    args: [
      'start',
      '-D',
      cluster.dataDir,
      '-l',
      startupLog(cluster),
      '-w',
      '-t',
      String(START_DEADLINE_MS / 1_000),
    ],
    user,
    deadlineMs: START_DEADLINE_MS + 5_000,
  })
  if (answer.code !== 0) return { problem: `${answer.output} | ${await lastLogLines(cluster)}`, final: false }
  try {
    return { running: { adopted: false, greeting: await greet(port, cluster.password) } }
  } catch (thrown) {
    return { problem: messageOf(thrown), final: isWrongPassword(thrown) }
  }
}

const choosePort = async ({ cluster, port }: EmbeddedServer): Promise<number> => {
  if (port !== undefined) return port
  const last = await rememberedPort(cluster)
  return last === undefined ? freePort(0) : freePort(last).catch(() => freePort(0))
}

/** Binds and lets go: the port was free a moment ago. */
const freePort = (wanted: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no TCP port was bound'))
        else resolve(address.port)
      })
    })
  })

const isWrongPassword = (thrown: unknown): boolean =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === '28P01'
