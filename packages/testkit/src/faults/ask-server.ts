import type { ServerProcess } from '../server-process.ts'

/** What the server answered, also where it refused. */
export interface ServerAnswer {
  status: number
  /** The JSON object of the answer: the thing asked for, or a problem. */
  body: Record<string, unknown>
  /** As it came, for whoever looks for what must not be in it. */
  text: string
}

/** Asks the server as one of its people ("POST /v1/releases"); a refusal is an answer here and not a fault. */
export async function askServer(
  server: ServerProcess,
  request: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`,
  { as = 'admin', body }: { as?: string; body?: unknown } = {},
): Promise<ServerAnswer> {
  const [method = 'GET', path = '/'] = request.split(' ')
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${server.tokens[as] ?? ''}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  return { status: response.status, body: readObject(text), text }
}

/** Where the ledger ends: equal before and after means that nothing was recorded. */
export async function ledgerHead(server: ServerProcess): Promise<{ seq: number; hash: string }> {
  const { head } = await server.get<{ head: { seq: number; hash: string } }>('/v1/ledger/head')
  return { seq: head.seq, hash: head.hash }
}

function readObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}
