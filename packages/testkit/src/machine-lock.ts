import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs `act` while no other process of this machine runs one under the same `name`; waits up to `withinMs` for its turn.
 * The lock is a Linux abstract socket: the kernel frees it when its holder dies, so none is ever stale.
 * Elsewhere `act` runs at once: what we lock (apt, dockerd, image import) exists on Linux only.
 */
export const withMachineLock = async <T>(
  name: string,
  withinMs: number,
  act: () => Promise<T>,
): Promise<T> => {
  if (process.platform !== 'linux') return act()
  const lock = await take(`\0towpath-${name}`, performance.now() + withinMs)
  if (lock === null) throw stillHeld(name, withinMs)
  try {
    return await act()
  } finally {
    await new Promise((done) => lock.close(done))
  }
}

/**
 * Holds a name of this machine until it is given back or this process ends, whichever is first; `null` where another
 * process has it. Linux only.
 */
export const holdMachineName = async (name: string): Promise<(() => Promise<void>) | null> => {
  const lock = await listen(`\0towpath-${name}`)
  if (lock === null) return null
  lock.unref()
  return () => new Promise((done) => void lock.close(() => done()))
}

const take = async (path: string, deadline: number): Promise<Server | null> => {
  for (;;) {
    const server = await listen(path)
    if (server !== null) return server
    if (performance.now() > deadline) return null
    await sleep(50)
  }
}

const listen = (path: string): Promise<Server | null> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'EADDRINUSE') resolve(null)
      else reject(fault)
    })
    server.listen(path, () => resolve(server))
  })

const stillHeld = (name: string, withinMs: number) =>
  new TowpathError({
    code: 'MACHINE_LOCK_HELD',
    kind: 'locked',
    message: `Another process on this machine has been busy with "${name}" for ${withinMs} ms.`,
    hint: 'Nothing was changed. Let the other run finish, then try again.',
  })
