import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import { longestForm } from '@towpath/domain/config/redact.ts'
import type { EngineClient } from './client.ts'
import type { InspectedContainer } from './container-answer.ts'
import { containerNotFound } from './container-errors.ts'
import { findContainer } from './find-container.ts'
import { lineSplitter } from './lines.ts'
import { frameReader, type LogPiece } from './log-frames.ts'

const LOGS_DEADLINE_MS = 30_000
const MOST_LINES = 10_000
const LARGEST_TEXT = 4 * 1024 * 1024

interface LogRequest {
  name: string
  tailLines: number
  follow: boolean
  signal: AbortSignal
}

/** What containers write. Every line passes the redactor before it leaves. */
export function logCalls(
  client: EngineClient,
  secrets: () => ReadonlyMap<string, string>,
): Pick<ContainerEngine, 'logs' | 'followLogs'> {
  const linesOf = (request: LogRequest) => readLog(client, secrets, request)
  return {
    async logs(name, { tailLines }) {
      const signal = AbortSignal.timeout(LOGS_DEADLINE_MS)
      const lines: string[] = []
      let size = 0
      for await (const line of linesOf({ name, tailLines, follow: false, signal })) {
        lines.push(line)
        size += line.length
        while (size > LARGEST_TEXT) size -= lines.shift()?.length ?? size
      }
      return lines.join('\n')
    },
    async *followLogs(name, { tailLines, signal }) {
      try {
        yield* linesOf({ name, tailLines, follow: true, signal })
      } catch (thrown) {
        if (!signal.aborted) throw thrown
      }
    },
  }
}

async function* readLog(
  client: EngineClient,
  secrets: () => ReadonlyMap<string, string>,
  { name, tailLines, follow, signal }: LogRequest,
): AsyncGenerator<string> {
  const doing = `read the log of container ${name}`
  const container = await findContainer(client, name)
  if (container === null) throw containerNotFound(name)
  const query = {
    stdout: 'true',
    stderr: 'true',
    follow: String(follow),
    tail: String(Math.min(tailLines, MOST_LINES)),
  }
  // Ends the connection also when the reader stops before the log does.
  const stopped = new AbortController()
  const ended = AbortSignal.any([signal, stopped.signal])
  try {
    const body = await client.open({ doing, path: ['containers', container.id, 'logs'], query }, ended)
    const splitter = logSplitter(container, {
      clean: client.redact,
      holdBack: longestForm(secrets().values()),
    })
    for await (const chunk of body) yield* splitter.push(chunk as Uint8Array)
    yield* splitter.end()
  } catch (thrown) {
    throw client.fault(thrown, doing)
  } finally {
    stopped.abort()
  }
}

/** Output and errors may each stop in the middle of a line, so each has a splitter of its own. */
function logSplitter(
  { hasTty }: InspectedContainer,
  options: { clean: (text: string) => string; holdBack: number },
) {
  const splitters = { output: lineSplitter(options), errors: lineSplitter(options) }
  const frames = frameReader()
  const piecesOf = (chunk: Uint8Array): LogPiece[] =>
    hasTty ? [{ source: 'output', data: chunk }] : frames.push(chunk)
  return {
    push: (chunk: Uint8Array) => piecesOf(chunk).flatMap(({ source, data }) => splitters[source].push(data)),
    end: () => [...splitters.output.end(), ...splitters.errors.end()],
  }
}
