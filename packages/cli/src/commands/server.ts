import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Answer } from '../outcome/answer.ts'
import type { ExitCode } from '../outcome/exit-code.ts'
import type { Context } from '../terminal/context.ts'

/** Beside the bundle when installed; in its own package in a checkout. A program of its own: nothing imports it. */
const programs = ['./server.mjs', '../server.mjs', '../../../server/src/main.ts']

/** `towpath server [ARGS]`: runs it in the foreground with this Node, and ends as it ends. */
export async function runServer(
  context: Context,
  given: string[],
  options: Record<string, string | boolean>,
): Promise<Answer> {
  const program = programs
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))
  if (program === undefined) throw missing()
  const json = context.json ? ['--json'] : []
  const args = [program, ...flagsOf(options), ...given, ...json]
  // The server takes this process over where the system can do that: a signal to the group must not reach it twice.
  if (process.platform !== 'win32')
    process.execve?.(process.execPath, [process.execPath, ...args], filled(context))
  const exit = await runToEnd(context, args)
  return { page: [], json: {}, exit: exit as ExitCode, silent: true }
}

const filled = ({ shell }: Context): Record<string, string> =>
  Object.fromEntries(
    Object.entries(shell.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

/** Options named in our help, as the server reads them; all others are passed on as they were typed. */
const flagsOf = (options: Record<string, string | boolean>): string[] =>
  Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return typeof value === 'string' ? [flag, value] : [flag]
  })

function runToEnd({ shell }: Context, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...args], {
    cwd: shell.folder,
    env: { ...shell.env },
    stdio: 'inherit',
  })
  // A terminal sends its Ctrl-C to the server too: passing it on would be a second one.
  const atTerminal = [shell.stdin, shell.stdout, shell.stderr].some((stream) => stream.isTTY === true)
  const stopListening = shell.onInterrupt(() => atTerminal || child.kill('SIGINT'))
  const terminate = (): boolean => child.kill('SIGTERM')
  process.on('SIGTERM', terminate)
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  }).finally(() => {
    stopListening()
    process.off('SIGTERM', terminate)
  })
}

const missing = (): TowpathError =>
  new TowpathError({
    code: 'SERVER_NOT_INSTALLED',
    kind: 'failed',
    message: 'The server is not part of this installation.',
    hint: 'Nothing was started. Install towpath again, or in a checkout: npm run build',
  })
