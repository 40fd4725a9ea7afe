import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { connect } from 'node:net'
import { unreachable } from '../edge-errors.ts'

const ANSWER_BYTES_MAX = 16 * 1024 * 1024

/**
 * One batch of commands (joined by `;`) on a connection of its own; gives the whole answer. Half-closes after the
 * question, because a master that was reloaded otherwise never ends its answer (seen with 2.6.12).
 * Throws EDGE_UNREACHABLE, which may be retried: the commands may or may not have been done, and all of ours repeat.
 */
export const askSocket = (path: string, commands: string, deadlineMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const socket = connect({ path })
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
