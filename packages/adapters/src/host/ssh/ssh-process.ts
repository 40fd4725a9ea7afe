import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { knowsSessionType, masterArguments } from './ssh-arguments.ts'

const CONTROL_WITHIN_MS = 10_000
/** After the process ended its last words may still be on their way. */
const LAST_WORDS_WITHIN_MS = 300

/**
 * Starts the connection's own process, in a session of its own: without a terminal nothing can ask for a password, and no
 * Ctrl-C reaches it before us. Throws what the system says where it starts no program now.
 */
export async function startMaster(
  host: SshHost,
  { folder, configFile }: { folder: string; configFile: string },
): Promise<ChildProcessWithoutNullStreams> {
  const { said: version } = await askSsh(folder, ['-V'])
  const args = masterArguments(host, { configFile, takesSessionType: knowsSessionType(version) })
  const child = spawn('ssh', args, {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: sshEnvironment(),
  })
  // Where there are no files left for its pipes, it has none, and says so by an event alone.
  await once(child, 'spawn')
  return child
}

/**
 * Runs `ssh` to its end, for something that logs in nowhere; 10 s at most. `said` holds its errors, or why it was ended.
 * Throws what the system says where it starts no program now.
 */
export function askSsh(folder: string, args: string[]): Promise<{ isDone: boolean; said: string }> {
  const options = {
    ...{ cwd: folder, env: sshEnvironment() },
    ...{ timeout: CONTROL_WITHIN_MS, killSignal: 'SIGKILL' as const },
  }
  return new Promise((resolve, reject) => {
    execFile('ssh', args, options, (fault, _stdout, stderr) => {
      if (fault !== null && 'syscall' in fault) return reject(fault)
      resolve({ isDone: fault === null, said: stderr || (fault === null ? '' : messageOf(fault)) })
    })
  })
}

/** Resolves when it is over. Waits a moment for what it said last. */
export const endOf = (child: ChildProcessWithoutNullStreams): Promise<void> =>
  new Promise((resolve) => {
    // Of a signal that did not reach it.
    child.on('error', () => {})
    child.once('close', () => resolve())
    child.once('exit', () => setTimeout(() => resolve(), LAST_WORDS_WITHIN_MS))
  })

/** Nobody is there to be asked, and what is meant for Towpath is not for a proxy command. */
const sshEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:TOWPATH_|SSH_ASKPASS|DISPLAY$)/.test(name)),
  ),
  SSH_ASKPASS_REQUIRE: 'never',
  LC_ALL: 'C',
})
