import { startSocketProxy } from '../faults/socket-proxy.ts'
import { serveWorker } from '../worker-process.ts'

/** Runs in the namespace: what comes to a port of its loopback goes to a unix socket, which has no namespace. */
serveWorker({
  start: async ({ port, path }: { port: number; path: string }) => {
    await startSocketProxy({ host: '127.0.0.1', port }, { path })
    return port
  },
})
