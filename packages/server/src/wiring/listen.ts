import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Api } from '../http/api-env.ts'
import { isLoopback } from '../http/loopback-only.ts'

const connectionsMax = 512
/** Long enough for the largest body over a slow tunnel. */
const requestWithinMs = 60_000
const headersWithinMs = 10_000
/** Answers under way get this long when the server stops. */
const closeWithinMs = 2_000

export interface Listening {
  url: string
  close(): Promise<void>
}

/** Serves the API on a loopback address; anything else is refused until people sign in. Throws PORT_UNUSABLE. */
export async function listen(api: Api, { host, port }: { host: string; port: number }): Promise<Listening> {
  if (!isLoopback(host)) throw notLoopback(host)
  const serve = getRequestListener(api.fetch, { overrideGlobalObjects: false })
  const server = createServer(
    { requestTimeout: requestWithinMs, headersTimeout: headersWithinMs },
    (request, answer) => void serve(request, answer),
  )
  server.maxConnections = connectionsMax
  await bind(server, { host, port })
  const { port: bound } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host.replaceAll(/[[\]]/g, '')}]` : host
  return { url: `http://${name}:${bound}`, close: () => close(server) }
}

const bind = (server: Server, { host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    // Later ones, as of a connection that came when this process had no file left, are of that connection alone.
    server.on('error', (thrown) => reject(portUnusable({ host, port }, thrown)))
    server.listen({ host: host.replaceAll(/[[\]]/g, ''), port }, resolve)
  })

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), closeWithinMs)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })

const notLoopback = (host: string): TowpathError =>
  new TowpathError({
    code: 'LISTEN_ADDRESS_REFUSED',
    kind: 'usage',
    message: `The server does not listen on ${host}: its tokens would cross the network in the clear.`,
    hint: 'Nothing was started. Listen on 127.0.0.1 and reach it through an SSH tunnel.',
  })

const portUnusable = ({ host, port }: { host: string; port: number }, thrown: unknown): TowpathError =>
  new TowpathError({
    code: 'PORT_UNUSABLE',
    kind: 'usage',
    message: `The server cannot listen on ${host}:${port}: ${messageOf(thrown)}.`,
    hint: 'Nothing was changed. Choose another with --port, or 0 for any free one.',
    cause: thrown,
  })
