import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { endStarted, markOf } from './end-started.ts'

export interface ProgramCall {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  /** Where it runs: a folder made for it, which is removed where we are asked to end meanwhile. */
  folder: string
  deadlineMs: number
  stdoutBytesMax: number
}

/** How a program ended, with what it printed; or why there is nothing to read. Never both. */
export type ProgramEnding =
  | { ok: true; code: number; stdout: string; stderr: string }
  | { ok: false; problem: string }

/** Of what a program complains about, the end is enough. */
const STDERR_BYTES_MAX = 16 * 1024

/** How long the pipes of a program that has ended may stay open: whoever holds them then is none of its group. */
const PIPES_OPEN_MAX_MS = 3_000

/** Times that a file which somebody still seems to write is tried again. */
const BUSY_TRIES = 20
const BUSY_WAIT_MS = 50

/**
 * Runs a program without a shell, in a group of its own, which ends with it: at the deadline, when it prints too much, or
 * when we are asked to end. What left the group is found by its environment and ends as well. Never throws, and never
 * waits much longer than the deadline.
 */
export async function runProgram(call: ProgramCall): Promise<ProgramEnding> {
  for (let tried = 0; ; tried += 1) {
    const ending = await runOnce(call)
    // A process that started elsewhere at that moment may have held the new file open for an instant.
    if (ending !== 'busy') return ending
    if (tried === BUSY_TRIES) return { ok: false, problem: 'its copy is held open by another process' }
    await sleep(BUSY_WAIT_MS)
  }
}

function runOnce(call: ProgramCall): Promise<ProgramEnding | 'busy'> {
  const { program, args, env, folder, deadlineMs } = call
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...env, ...markOf(folder) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const stopGuarding = endWithUs(child, folder)
  const { promise, resolve } = Promise.withResolvers<ProgramEnding | 'busy'>()
  let stopped: string | null = null
  let closing: NodeJS.Timeout | undefined
  const endAll = (): void => {
    endStarted(child, folder)
    closing ??= setTimeout(
      () => end({ ok: false, problem: stopped ?? 'what it started holds its output open' }),
      PIPES_OPEN_MAX_MS,
    )
  }
  const stop = (why: string): void => {
    if (stopped !== null) return
    stopped = why
    endAll()
  }
  const printed = outputOf(child, call, stop)
  const timer = setTimeout(() => stop(`it was not done after ${deadlineMs / 1000} s`), deadlineMs)
  const end = (ending: ProgramEnding | 'busy'): void => {
    clearTimeout(timer)
    clearTimeout(closing)
    stopGuarding()
    child.stdout.destroy()
    child.stderr.destroy()
    resolve(ending)
  }
  // Whatever it started holds its pipes open, and ends with it.
  child.once('exit', endAll)
  child.once('error', (thrown: NodeJS.ErrnoException) =>
    end(thrown.code === 'ETXTBSY' ? 'busy' : { ok: false, problem: thrown.message }),
  )
  child.once('close', (code, signal) => {
    if (stopped !== null) end({ ok: false, problem: stopped })
    else if (code === null) end({ ok: false, problem: `it was ended by ${signal ?? 'a signal'}` })
    else end({ ok: true, code, ...printed() })
  })
  return promise
}

/** What a program prints, once it is asked for. */
function outputOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { stdoutBytesMax }: ProgramCall,
  stop: (why: string) => void,
): () => { stdout: string; stderr: string } {
  const stdout: Buffer[] = []
  let stderr = Buffer.alloc(0)
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > stdoutBytesMax) stop(`it printed more than ${stdoutBytesMax} bytes`)
    else stdout.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_BYTES_MAX)
  })
  return () => ({ stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr.toString('utf8') })
}

/** A group of its own hears no Ctrl-C of the terminal: it is told by us. */
function endWithUs(child: ChildProcess, folder: string): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const end = (signal: NodeJS.Signals): void => {
    endStarted(child, folder)
    rmSync(folder, { recursive: true, force: true })
    stop()
    process.kill(process.pid, signal)
  }
  const stop = (): void => signals.forEach((signal) => process.off(signal, end))
  signals.forEach((signal) => process.on(signal, end))
  return stop
}
