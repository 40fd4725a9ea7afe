import { PassThrough, Writable } from 'node:stream'
import type { Output, Shell } from './shell.ts'

/** A stand-in for a terminal or a pipe, for tests: keeps what was written, and lets a test press Ctrl-C. */
export interface CapturedShell extends Shell {
  out: () => string
  err: () => string
  interrupt: () => void
}

/** `tty` stands for a terminal of that many columns at all three streams; without it they are pipes. */
export function capturedShell(given: {
  argv: readonly string[]
  folder?: string
  env?: Record<string, string>
  input?: string
  tty?: { columns: number; rows?: number }
}): CapturedShell {
  const { argv, folder = '/nowhere', env = {}, input = '', tty } = given
  const [stdout, stderr] = [keeping(), keeping()]
  const look = tty === undefined ? {} : { isTTY: true, columns: tty.columns, rows: tty.rows ?? 30 }
  const stdin = new PassThrough()
  stdin.write(input)
  // A terminal stays open, a pipe ends with what it had to say.
  if (tty === undefined) stdin.end()
  const acts = new Set<() => void>()
  return {
    argv,
    env,
    folder,
    stdin: Object.assign(stdin, tty === undefined ? {} : { isTTY: true, setRawMode: () => {} }),
    stdout: Object.assign(stdout.stream, look),
    stderr: Object.assign(stderr.stream, look),
    now: () => new Date('2026-01-01T00:10:00.000Z'),
    onInterrupt: (act) => {
      acts.add(act)
      return () => acts.delete(act)
    },
    out: stdout.text,
    err: stderr.text,
    interrupt: () => acts.forEach((act) => act()),
  }
}

function keeping(): { stream: Output; text: () => string } {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}
