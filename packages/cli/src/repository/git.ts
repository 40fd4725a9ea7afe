import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

const run = promisify(execFile)

const DEADLINE_MS = 60_000

/** Most that is taken from one call of git, in bytes. */
export const GIT_BYTES_MAX = 256 * 1024 * 1024

/**
 * What git prints in a folder. Settings of the user that change output or run programs of theirs (pagers, filters,
 * hooks) are kept out. Throws GIT_FAILED.
 */
export async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(
      'git',
      ['-c', 'core.quotePath=false', '-c', 'core.fsmonitor=false', ...args],
      {
        cwd: folder,
        maxBuffer: GIT_BYTES_MAX,
        timeout: DEADLINE_MS,
        env: {
          ...process.env,
          GIT_PAGER: 'cat',
          GIT_TERMINAL_PROMPT: '0',
          GIT_OPTIONAL_LOCKS: '0',
          LC_ALL: 'C',
        },
      },
    )
    return stdout
  } catch (thrown) {
    throw gitFailed(args, thrown)
  }
}

/** The whole id of a commit by any name that git has for it. Throws GIT_FAILED. */
export const commitOf = async (folder: string, name: string): Promise<string> =>
  (await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])).trim()

function gitFailed(args: readonly string[], thrown: unknown): TowpathError {
  const {
    stderr = '',
    message = '',
    killed,
  } = thrown as { stderr?: string; message?: string; killed?: boolean }
  const why =
    killed === true
      ? `it took longer than ${DEADLINE_MS / 1000} s, or said too much`
      : stderr.trim() || message
  return new TowpathError({
    code: 'GIT_FAILED',
    kind: 'usage',
    message: `git ${args[0] ?? ''} failed: ${why.split('\n')[0]?.slice(0, 300) ?? ''}.`,
    hint: 'Nothing was changed. Run it inside a git repository that has this commit; in CI, check the whole history out (fetch-depth: 0).',
    cause: thrown,
  })
}
