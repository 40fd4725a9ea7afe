import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const root = join(import.meta.dirname, '..')
/** Command line and server as installed: what `npm run build` makes. */
export const cliLauncher = join(root, 'packages/cli/bin/towpath.js')
export const serverBundle = join(root, 'packages/cli/dist/server.mjs')

const runFile = promisify(execFile)

/** Runs a program of this machine from the root of the checkout. Throws with its output where it fails. */
export async function run(
  [file = '', ...args]: string[],
  {
    env = {},
    cwd = root,
    timeoutMs = 120_000,
  }: { env?: Record<string, string>; cwd?: string; timeoutMs?: number } = {},
): Promise<string> {
  const { stdout } = await runFile(file, args, {
    cwd,
    env: { ...process.env, ...env },
    timeout: timeoutMs,
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
