import { connect, type Socket } from 'node:net'

/** Shorter than an edge keeps a connection on which nothing is asked (10 s in HAProxy). */
const KEPT_MS = 8_000
/** Who asked this lately asks again soon, so that the next spare is opened when one grows old. */
const ASKED_LATELY_MS = 60_000

/** Connections to sockets of a host, each opened before it is needed: over a link, opening one is a way there and back. */
export interface SpareSockets {
  /** One to ask a single question on: a spare where there is one, and then the next spare is opened. */
  take(path: string): { socket: Socket; isSpare: boolean }
  /** Ends all spares: whoever accepted them is not the one to ask any more, as after a reload. */
  drop(): void
}

interface Spare {
  socket: Socket
  timer: NodeJS.Timeout
}

/** Spares for the sockets of one host. Nothing is opened before somebody asks, and nothing is kept for who stopped asking. */
export function spareSockets(): SpareSockets {
  const spares = new Map<string, Spare>()
  const askedAtMs = new Map<string, number>()

  const put = (path: string): void => {
    if (spares.has(path)) return
    const socket = connect({ path })
    const timer = setTimeout(() => renew(path), KEPT_MS)
    timer.unref()
    socket.unref()
    const spare = { socket, timer }
    const forget = (): void => {
      clearTimeout(timer)
      if (spares.get(path) === spare) spares.delete(path)
    }
    // Whoever takes it listens for both of its own.
    socket.on('error', forget)
    socket.on('close', forget)
    socket.on('end', forget)
    spares.set(path, spare)
  }
  const renew = (path: string): void => {
    spares.get(path)?.socket.destroy()
    spares.delete(path)
    const isAsked = performance.now() - (askedAtMs.get(path) ?? -Infinity) < ASKED_LATELY_MS
    if (isAsked) put(path)
    else askedAtMs.delete(path)
  }
  const takeSpare = (path: string): Socket | null => {
    const spare = spares.get(path)
    if (spare === undefined) return null
    clearTimeout(spare.timer)
    spares.delete(path)
    spare.socket.ref()
    return spare.socket.destroyed || spare.socket.readableEnded ? null : spare.socket
  }
  return {
    take: (path) => {
      const spare = takeSpare(path)
      askedAtMs.set(path, performance.now())
      const socket = spare ?? connect({ path })
      put(path)
      return { socket, isSpare: spare !== null }
    },
    drop: () => {
      for (const { socket, timer } of spares.values()) {
        clearTimeout(timer)
        socket.destroy()
      }
      spares.clear()
    },
  }
}
