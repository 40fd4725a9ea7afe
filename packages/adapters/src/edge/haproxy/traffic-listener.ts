import type { SlotTraffic } from '@towpath/domain/signal/traffic.ts'
import { once } from 'node:events'
import { rm, stat } from 'node:fs/promises'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { inTurn } from './in-turn.ts'
import type { StateDirectory } from './state-directory.ts'
import { TrafficCounter } from './traffic-count.ts'

/** A longer line is none of ours: the edge cuts them at 8192 bytes. */
const LINE_CHARACTERS_MAX = 16_384
const LOOK_EVERY_MS = 500

interface Listener {
  server: Server
  connections: Set<Socket>
  /** Of the socket's file: another one at its place is somebody else's. */
  inode: number
  timer: NodeJS.Timeout
}

export interface TrafficLogs {
  /** Listens for the log of the edge in this directory, unless that is done already. Nothing without the directory. */
  follow(dir: StateDirectory): Promise<void>
  traffic(dir: StateDirectory): SlotTraffic[]
  forget(dir: StateDirectory): Promise<void>
}

/**
 * Where edges tell their logs: one socket each, in the edge's state directory, to which the edge connects and connects
 * again; a link to another host leads it here. Whoever begins to listen last has it; an earlier listener notices within half a second, lets go of the edge and
 * does not take it back. Counts go on when a lost socket is made anew. Keeps no process alive.
 */
export function trafficLogs(): TrafficLogs {
  const counters = new Map<string, TrafficCounter>()
  const listeners = new Map<string, Listener>()
  const turns = inTurn()
  const counterOf = async (dir: StateDirectory): Promise<TrafficCounter> => {
    const counter = counters.get(dir.path) ?? new TrafficCounter(await dir.hostNowMs())
    counters.set(dir.path, counter)
    return counter
  }
  const letGo = (path: string): void => {
    const listener = listeners.get(path)
    listeners.delete(path)
    if (listener !== undefined) close(listener)
  }
  return {
    follow: (dir) =>
      turns(dir.path, async () => {
        const place = await dir.logPlace()
        const { path } = place
        const known = listeners.get(dir.path)
        if (known !== undefined && (await inodeOf(path)) === known.inode) return await place.offer()
        letGo(dir.path)
        if (!(await dir.exists())) return
        if (counters.has(dir.path) && (await isListenedTo(path))) return
        const counter = await counterOf(dir)
        const lost = (): void => letGo(dir.path)
        listeners.set(dir.path, await listen(path, (line) => counter.count(line), lost))
        await place.offer()
      }),
    traffic: ({ path }) => counters.get(path)?.traffic() ?? [],
    forget: (dir) =>
      turns(dir.path, async () => {
        letGo(dir.path)
        counters.delete(dir.path)
        await (await dir.logPlace()).withdraw()
      }),
  }
}

async function listen(path: string, take: (line: string) => void, lost: () => void): Promise<Listener> {
  await rm(path, { force: true })
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.unref()
    socket.on('close', () => connections.delete(socket))
    // The edge connects again by itself.
    socket.on('error', () => socket.destroy())
    readLines(socket, take)
  })
  server.listen(path)
  await once(server, 'listening')
  // Of one connection that could not be taken, as where this process has no file left; the edge comes again.
  server.on('error', () => {})
  server.unref()
  const inode = (await inodeOf(path)) ?? 0
  const look = async (): Promise<void> => {
    if ((await inodeOf(path)) !== inode) lost()
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  timer.unref()
  return { server, connections, inode, timer }
}

function close({ server, connections, timer }: Listener): void {
  clearInterval(timer)
  for (const socket of connections) socket.destroy()
  server.close()
}

function readLines(socket: Socket, take: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_CHARACTERS_MAX) rest = ''
    for (const line of lines) take(line)
  })
}

const isListenedTo = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

const inodeOf = async (path: string): Promise<number | null> => {
  try {
    return (await stat(path)).ino
  } catch {
    return null
  }
}
