import { createServer, connect } from 'node:net'
import type { Socket } from 'node:net'

/** One end of a proxy: a unix socket by its path, or a TCP port of this machine. */
export type Place = { path: string } | { host: '127.0.0.1'; port: number }

/** Stands between two programs that talk over a socket, and breaks what is between them on demand. */
export interface SocketProxy {
  /** Refuses whoever comes and ends every connection at once, as a machine that went away. */
  cut(): Promise<void>
  /** Takes whoever comes and never answers; ends what is open, so that nobody gets by on an old connection. */
  stall(): Promise<void>
  /** Forwards again, whatever was before. */
  heal(): Promise<void>
  /**
   * Lets the next request whose first line matches reach the other end, then ends its connection instead of bringing
   * the answer: the act is done, and nobody was told. Several are lost one after the other, in this order.
   */
  loseAnswers(...requestLines: RegExp[]): void
  /** What was asked to be lost and has not been yet. */
  answersToLose(): RegExp[]
  close(): Promise<void>
}

interface Between {
  from: Place
  to: Place
  way: 'forwards' | 'stalls'
  open: Set<Socket>
  losses: RegExp[]
}

/** Starts a proxy at `from` that forwards to `to`, byte for byte. */
export async function startSocketProxy(from: Place, to: Place): Promise<SocketProxy> {
  const between: Between = { from, to, way: 'forwards', open: new Set(), losses: [] }
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
    heal: async () => {
      if (between.way === 'stalls') endAll(between)
      between.way = 'forwards'
      if (!server.listening) await listen()
    },
    loseAnswers: (...requestLines) => void between.losses.push(...requestLines),
    answersToLose: () => [...between.losses],
    close: refuse,
  }
}

function endAll({ open }: Between): void {
  for (const socket of open) socket.destroy()
}

function joinEnds(between: Between, client: Socket): void {
  track(between, client)
  if (between.way === 'stalls') return
  const target = connect(between.to)
  track(between, target)
  client.once('close', () => target.destroy())
  target.once('close', () => client.destroy())
  client.on('end', () => target.end())
  target.on('end', () => client.end())
  carry(between, { client, target })
}

/** Requests of one connection come one after the other, so a first line stands at the start of what arrives. */
function carry(between: Between, { client, target }: { client: Socket; target: Socket }): void {
  let isLost = false
  client.on('data', (bytes: Buffer) => {
    const [firstLine = ''] = bytes.subarray(0, 4_096).toString('latin1').split('\r\n')
    if (between.losses[0]?.test(firstLine) === true) {
      between.losses.shift()
      isLost = true
    }
    if (!target.write(bytes)) client.pause()
  })
  target.on('drain', () => client.resume())
  target.on('data', (bytes: Buffer) => {
    if (isLost) client.destroy()
    else if (!client.write(bytes)) target.pause()
  })
  client.on('drain', () => target.resume())
}

/** An end that breaks is what this is for, so its error is nobody's. */
function track({ open }: Between, socket: Socket): void {
  open.add(socket)
  socket.on('error', () => socket.destroy())
  socket.once('close', () => open.delete(socket))
}
