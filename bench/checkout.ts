import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const root = join(import.meta.dirname, '..')

const runFile = promisify(execFile)

/** Runs a program of this machine from the root of the checkout. Throws with its output where it fails. */
export async function run(
  [file = '', ...args]: string[],
  { env = {}, cwd = root, timeoutMs = 120_000 }: { env?: Record<string, string>; cwd?: string; timeoutMs?: number } = {},
): Promise<string> {
  const { stdout } = await runFile(file, args, {
    cwd,
    env: { ...process.env, ...env },
    timeout: timeoutMs,
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
