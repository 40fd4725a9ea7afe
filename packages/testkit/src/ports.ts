import { createServer, type AddressInfo } from 'node:net'

/**
 * A TCP port that was free on `address` a moment ago. Another process may take it before the caller does,
 * so whoever can should listen on port 0 instead and read the port back.
 */
export const freePort = (address = '127.0.0.1'): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
