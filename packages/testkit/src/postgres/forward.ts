import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface ForwardRoute {
  /** Address of this machine to listen on; never a wildcard. */
  listenHost: string
  /** 0 takes a free one. */
  listenPort: number
  targetHost: string
  targetPort: number
}

const connectionsMax = 500

/** Passes TCP connections on to the target, both ways, half-closes included. Resolves to the port it listens on. */
export const forward = (route: ForwardRoute): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => join(client, route))
    server.maxConnections = connectionsMax
    server.once('error', reject)
    server.listen(route.listenPort, route.listenHost, () => resolve((server.address() as AddressInfo).port))
  })

const join = (client: Socket, { targetHost: host, targetPort: port }: ForwardRoute): void => {
  const target = connect({ host, port, allowHalfOpen: true, noDelay: true })
  client.pipe(target)
  target.pipe(client)
  // An orderly end travels through the pipes, behind the bytes before it; a fault must not wait for them.
  client.on('error', () => target.destroy())
  target.on('error', () => client.destroy())
}
