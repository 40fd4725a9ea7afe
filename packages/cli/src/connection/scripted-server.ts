import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { LedgerEvent, LedgerHead } from '@towpath/domain/ledger/event.ts'

export interface SeenRequest {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: unknown
}

/** Answers one route: a status and a JSON body, or the stream written by hand. */
export type Script = (
  request: SeenRequest,
  response: ServerResponse,
) => { status?: number; body: unknown } | null

export interface ScriptedServer {
  url: string
  seen: SeenRequest[]
  close(): Promise<void>
}

/** A server for tests of the transport: answers `METHOD /path` from a script, and remembers what it was asked. */
export async function scriptedServer(scripts: Record<string, Script>, port = 0): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const server = createServer((incoming, response) => {
    void answer(incoming, response, { scripts, seen })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { scripts, seen }: { scripts: Record<string, Script>; seen: SeenRequest[] },
): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming
  const written = await text(incoming)
  const request = {
    method,
    path: url,
    headers,
    body: written === '' ? null : (JSON.parse(written) as unknown),
  }
  seen.push(request)
  const script = scripts[`${method} ${url.split('?')[0] ?? ''}`]
  const said =
    script === undefined
      ? { status: 404, body: problem('NO_SUCH_ROUTE', 'not-found') }
      : script(request, response)
  if (said === null) return
  response
    .writeHead(said.status ?? 200, { 'content-type': 'application/json' })
    .end(JSON.stringify(said.body))
}

/** A problem as the real server answers it. */
export const problem = (code: string, kind: string): object => ({
  type: `urn:towpath:error:${code}`,
  title: code,
  status: 400,
  detail: `It went wrong: ${code}.`,
  code,
  kind,
  hint: 'Nothing was changed. Try: towpath status',
  docs: '',
  request: 'req_1',
  retryable: false,
})

/** Streams these events as the server does: those after the client's last one, then the line stays open. */
export const streamOf =
  (events: readonly LedgerEvent[], cutAfter = Infinity): Script =>
  ({ headers }, response) => {
    const after = Number(headers['last-event-id'] ?? 0)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 1000\n\n: open\n\n')
    const wanted = events.filter(({ seq }) => seq > after).slice(0, cutAfter)
    for (const event of wanted)
      response.write(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    if (wanted.length === cutAfter) response.end()
    return null
  }

/** A ledger that signs its head, for `GET /v1/ledger/head`; `history` is what happened, one text an event. */
export function scriptedLedger(installation = 'inst_test') {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' })
  const headOf = (history: readonly string[]): LedgerHead => ({
    seq: history.length,
    hash: createHash('sha256').update(history.join('\n')).digest('hex'),
  })
  const signed = (history: readonly string[]) => {
    const head = { installation, ...headOf(history), at: '2026-01-01T00:00:00.000Z' }
    const statement = ['towpath ledger head', installation, head.seq, head.hash, head.at, ''].join('\n')
    return { ...head, signature: sign(null, Buffer.from(statement), privateKey).toString('base64') }
  }
  return {
    publicKeyPem,
    head:
      (history: () => readonly string[]): Script =>
      ({ path }) => {
        const asked = new URL(path, 'http://test').searchParams.get('remembered')
        const seq = Number(asked)
        const hash = seq <= history().length ? headOf(history().slice(0, seq)).hash : null
        const remembered = asked === null ? null : { seq, hash }
        return { body: { head: signed(history()), publicKey: publicKeyPem, remembered } }
      },
  }
}
