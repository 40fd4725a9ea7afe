import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { answerOf, connect } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

interface LogOptions {
  environment: string
  tail: number
  follow?: boolean
}

/** `towpath logs SERVICE -e ENV [--tail N] [--follow]`. */
export async function logs(context: Context, service: string, options: LogOptions): Promise<Answer> {
  const connection = await connect(context)
  if (options.follow === true) return await followLogs(context, connection, { ...options, service })
  const { environment, tail } = options
  const asked = connection.api.GET('/v1/environments/{environment}/logs', {
    params: { path: { environment }, query: { service, tail, follow: 'false' } },
    parseAs: 'text',
  })
  // Of a container that said nothing comes an empty body, of which the client makes no data.
  const text = await answerOf(
    asked.then((answer) =>
      answer.response.ok ? { data: answer.data ?? '', response: answer.response } : answer,
    ),
  )
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return { page: lines.map(logLine), json: { environment, service, lines } }
}

/** Log lines are a product to pipe on: they are not cut where stdout is no terminal, and never coloured by us. */
const logLine = (text: string): Line => line(text)

async function followLogs(
  context: Context,
  { open }: Connection,
  { environment, service, tail }: LogOptions & { service: string },
): Promise<Answer> {
  const leaving = new AbortController()
  const stopListening = context.shell.onInterrupt(() => leaving.abort())
  const query = new URLSearchParams({ service, tail: String(tail), follow: 'true' })
  const path = `/v1/environments/${encodeURIComponent(environment)}/logs?${query.toString()}`
  try {
    const answer = await open(path, { signal: leaving.signal })
    for await (const text of linesOf(answer)) {
      context.record({ news: 'line', service, line: text })
      context.say([logLine(text)])
    }
  } catch (thrown) {
    if (!leaving.signal.aborted) throw thrown
    return { page: [], json: { environment, service, detached: true }, exit: exitCodes.detached }
  } finally {
    stopListening()
  }
  context.aside([line(span('quiet', `The container of ${service} stopped, or the server did.`))])
  return { page: [], json: { environment, service, ended: true } }
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return
  for await (const row of createInterface({ input: Readable.fromWeb(body), crlfDelay: Infinity })) {
    // An empty row is the server's sign that the line is open.
    if (row !== '') yield (JSON.parse(row) as { line: string }).line
  }
}
