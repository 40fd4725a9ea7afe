import { createServer, connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One end of a proxy: a unix socket by its path, or a TCP port. */
export type Place = { path: string } | { host: string; port: number }

/** Stands between two programs that talk over a socket, and breaks what is between them on demand. */
export interface SocketProxy {
  /** Refuses whoever comes and ends every connection at once, as a machine that went away. */
  cut(): Promise<void>
  /** Takes whoever comes and never answers; ends what is open, so that nobody gets by on an old connection. */
  stall(): Promise<void>
  /** Keeps every connection and brings nothing any more, either way, until it is healed: a cable pulled somewhere. */
  freeze(): void
  /** Ends the way to whoever connected, and goes on bringing what they send; only for connections that are open now. */
  halfClose(): void
  /** Brings everything so much later than it came, either way. 0 is at once. */
  delay(ms: number): void
  /** Forwards again, whatever was before. */
  heal(): Promise<void>
  /**
   * Lets the next request whose first line matches reach the other end, then ends its connection instead of bringing
   * the answer: the act is done, and nobody was told. Several are lost one after the other, in this order.
   */
  loseAnswers(...requestLines: RegExp[]): void
  /**
   * From now on loses the answer to each request whose first line matches, the first time that line comes; `onLoss` is
   * told the line. Whoever asks again gets through. What it returns ends this.
   */
  loseEachOnce(requestLine: RegExp, onLoss: (requestLine: string) => void): () => void
  /** What was asked to be lost and has not been yet. */
  answersToLose(): RegExp[]
  close(): Promise<void>
}

interface Between {
  from: Place
  to: Place
  way: 'forwards' | 'stalls'
  delayMs: number
  /** Holds bytes back while it is frozen. */
  thaw: PromiseWithResolvers<void> | null
  open: Set<Socket>
  clients: Set<Socket>
  losses: RegExp[]
  /** Says of each request whether its answer is to be lost. */
  losesToo: (requestLine: string) => boolean
}

const never = (): boolean => false

/** Starts a proxy at `from` that forwards to `to`, byte for byte. */
export async function startSocketProxy(from: Place, to: Place): Promise<SocketProxy> {
  const between: Between = {
    ...{ from, to, way: 'forwards', delayMs: 0, thaw: null },
    ...{ open: new Set(), clients: new Set(), losses: [], losesToo: never },
  }
  const server = createServer((client) => joinEnds(between, client))
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(from, () => {
        server.off('error', reject)
        resolve()
      })
    })
  const refuse = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    endAll(between)
    return closed
  }
  await listen()
  return {
    cut: refuse,
    stall: async () => {
      between.way = 'stalls'
      endAll(between)
      if (!server.listening) await listen()
    },
    freeze: () => void (between.thaw ??= Promise.withResolvers<void>()),
    halfClose: () => between.clients.forEach((client) => client.end()),
    delay: (ms) => void (between.delayMs = ms),
    heal: async () => {
      between.delayMs = 0
      between.thaw?.resolve()
      between.thaw = null
      if (between.way === 'stalls') endAll(between)
      between.way = 'forwards'
      if (!server.listening) await listen()
    },
    loseAnswers: (...requestLines) => void between.losses.push(...requestLines),
    loseEachOnce: (requestLine, onLoss) => {
      const seen = new Set<string>()
      between.losesToo = (line) => {
        if (!requestLine.test(line) || seen.has(line)) return false
        seen.add(line)
        onLoss(line)
        return true
      }
      return () => void (between.losesToo = never)
    },
    answersToLose: () => [...between.losses],
    close: refuse,
  }
}

function endAll({ open }: Between): void {
  for (const socket of open) socket.destroy()
}

function joinEnds(between: Between, client: Socket): void {
  track(between, client)
  between.clients.add(client)
  client.once('close', () => between.clients.delete(client))
  if (between.way === 'stalls') return
  const target = connect(between.to)
  track(between, target)
  const there = inOrder(between)
  const back = inOrder(between)
  client.once('close', () => there(() => target.destroy()))
  target.once('close', () => back(() => client.destroy()))
  client.on('end', () => there(() => target.end()))
  target.on('end', () => back(() => client.end()))
  carry(between, { client, target, there, back })
}

type InOrder = (act: () => void) => void

/** Acts of one direction, one after the other: at once, or as late as the proxy is told to be. */
function inOrder(between: Between): InOrder {
  let waiting = 0
  let last = Promise.resolve()
  return (act) => {
    if (waiting === 0 && between.thaw === null && between.delayMs === 0) return act()
    waiting += 1
    const dueMs = performance.now() + between.delayMs
    last = last.then(async () => {
      await between.thaw?.promise
      await sleep(Math.max(0, dueMs - performance.now()))
      waiting -= 1
      act()
    })
  }
}

interface Ends {
  client: Socket
  target: Socket
  there: InOrder
  back: InOrder
}

/** Requests of one connection come one after the other, so a first line stands at the start of what arrives. */
function carry(between: Between, { client, target, there, back }: Ends): void {
  let isLost = false
  client.on('data', (bytes: Buffer) => {
    const [firstLine = ''] = bytes.subarray(0, 4_096).toString('latin1').split('\r\n')
    if (between.losses[0]?.test(firstLine) === true) {
      between.losses.shift()
      isLost = true
    } else if (between.losesToo(firstLine)) isLost = true
    there(() => void (target.write(bytes) || client.pause()))
  })
  target.on('drain', () => client.resume())
  target.on('data', (bytes: Buffer) => {
    back(() => {
      if (isLost) client.destroy()
      else if (!client.writableEnded && !client.write(bytes)) target.pause()
    })
  })
  client.on('drain', () => target.resume())
}

/** An end that breaks is what this is for, so its error is nobody's. */
function track({ open }: Between, socket: Socket): void {
  open.add(socket)
  socket.on('error', () => socket.destroy())
  socket.once('close', () => open.delete(socket))
}
