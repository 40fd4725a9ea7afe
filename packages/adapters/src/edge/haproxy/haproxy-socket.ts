import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { connect, type Socket } from 'node:net'
import { unreachable } from '../edge-errors.ts'
import type { SpareSockets } from './spare-sockets.ts'

const ANSWER_BYTES_MAX = 16 * 1024 * 1024

/**
 * One batch of commands (joined by `;`) on a connection of its own; gives the whole answer. Half-closes after the
 * question, because a master that was reloaded otherwise never ends its answer (seen with 2.6.12).
 * Throws EDGE_UNREACHABLE, which may be retried: the commands may or may not have been done, and all of ours repeat.
 */
export const askSocket = (path: string, commands: string, deadlineMs: number): Promise<string> =>
  askOn(connect({ path }), commands, deadlineMs)

/** The same over a connection that was opened beforehand, where there is one. */
export async function askSpare(
  spares: SpareSockets,
  path: string,
  { commands, deadlineMs }: { commands: string; deadlineMs: number },
): Promise<string> {
  const { socket, isSpare } = spares.take(path)
  const answer = await askOn(socket, commands, deadlineMs).catch((fault: unknown) => {
    if (isSpare) return ''
    throw fault
  })
  // Its other end went while it waited to be used.
  return answer === '' && isSpare ? await askSocket(path, commands, deadlineMs) : answer
}

const askOn = (socket: Socket, commands: string, deadlineMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const fail = (why: string): void => {
      socket.destroy()
      reject(unreachable(why))
    }
    const timer = setTimeout(() => fail(`it did not answer within ${deadlineMs} ms`), deadlineMs)
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > ANSWER_BYTES_MAX) fail('its answer is too large')
      else chunks.push(chunk)
    })
    socket.on('error', (fault) => fail(messageOf(fault)))
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
    socket.end(`${commands}\n`)
  })
