import type Docker from 'dockerode'
import { PassThrough } from 'node:stream'
import { connectDocker } from './docker.ts'

interface CountLine {
  at: string
  message: string
  answered: Record<string, number>
  received: number
  streams: { opened: number }
}

export interface AppCounts {
  /** Requests that all instances together say they answered, removed ones included. */
  answered(): number
  /** Streams that all instances together say were opened to them; none of them is among the answers. */
  streamsOpened(): number
  instances(): number
  stop(): void
}

const lookEveryMs = 200

/**
 * Follows the logs of every instance of an environment's apps and keeps what each said last of its own counts. It has
 * to listen all along: what a removed container said is gone with it.
 */
export function followAppCounts(facts: { installation: string; environment: string }): AppCounts {
  const docker = connectDocker()
  const lastWords = new Map<string, CountLine>()
  const followed = new Set<string>()
  const look = async (): Promise<void> => {
    for (const id of await runningApps(docker, facts)) {
      const { State } = await docker.getContainer(id).inspect()
      // A container that is started again counts from nothing: each run is an instance of its own.
      const run = `${id} ${State.StartedAt}`
      if (followed.has(run)) continue
      followed.add(run)
      // A stream that is silent for long is broken off; the next look follows it again from its first line.
      const ended = (): void => void followed.delete(run)
      await followRun(
        docker,
        { id, startedAt: State.StartedAt },
        { heard: (line) => lastWords.set(run, line), ended },
      )
    }
  }
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs)
  return {
    answered: () => [...lastWords.values()].reduce((sum, { answered }) => sum + total(answered), 0),
    streamsOpened: () => [...lastWords.values()].reduce((sum, { streams }) => sum + streams.opened, 0),
    instances: () => lastWords.size,
    stop: () => clearInterval(timer),
  }
}

const total = (byStatus: Record<string, number>): number =>
  Object.values(byStatus).reduce((sum, count) => sum + count, 0)

async function runningApps(
  docker: Docker,
  facts: { installation: string; environment: string },
): Promise<string[]> {
  const label = [
    `towpath.installation=${facts.installation}`,
    `towpath.environment=${facts.environment}`,
    'towpath.role=candidate',
  ]
  return (await docker.listContainers({ filters: { label } })).map(({ Id }) => Id)
}

async function followRun(
  docker: Docker,
  { id, startedAt }: { id: string; startedAt: string },
  { heard, ended }: { heard: (line: CountLine) => void; ended: () => void },
): Promise<void> {
  const stream = await docker.getContainer(id).logs({ stdout: true, stderr: true, follow: true })
  const lines = new PassThrough()
  docker.modem.demuxStream(stream, lines, lines)
  stream.once('error', ended)
  stream.once('end', ended)
  let rest = ''
  lines.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    for (const text of parts.filter((part) => part.includes('"request counts"'))) {
      const line = JSON.parse(text) as CountLine
      if (Date.parse(line.at) >= Date.parse(startedAt)) heard(line)
    }
  })
}
