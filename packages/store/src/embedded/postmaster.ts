import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a live server wrote into its `postmaster.pid`. */
export interface Postmaster {
  pid: number
  /** Undefined while the server has not bound its port yet. */
  port: number | undefined
}

/** Reads the text of postmaster.pid: pid, data directory, start time, port, ... one per line. */
export const parsePostmasterPid = (text: string): Postmaster | undefined => {
  const [pid, , , port] = text.split('\n').map((line) => line.trim())
  if (pid === undefined || !/^[1-9]\d*$/.test(pid)) return undefined
  return { pid: Number(pid), port: port !== undefined && /^[1-9]\d*$/.test(port) ? Number(port) : undefined }
}

/** The live postmaster of a data directory, or undefined: no pid file, or its process is gone or a zombie. */
export const livePostmaster = async (dataDir: string): Promise<Postmaster | undefined> => {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => undefined)
  const found = text === undefined ? undefined : parsePostmasterPid(text)
  return found !== undefined && (await isPostgres(found.pid)) ? found : undefined
}

/**
 * An un-reaped zombie still answers `kill(pid, 0)`, which makes `pg_ctl status` say "running";
 * after a reboot the number may belong to somebody else's process. Both are not our server.
 */
const isPostgres = async (pid: number): Promise<boolean> => {
  const { state, command } = await describeProcess(pid)
  return command.includes('postgres') && !state.startsWith('Z')
}

const describeProcess = async (pid: number): Promise<{ state: string; command: string }> => {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const end = line.lastIndexOf(')')
    return { state: line.slice(end + 2), command: line.slice(line.indexOf('(') + 1, end) }
  }
  const line = await new Promise<string>((resolve) => {
    execFile('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { timeout: 5_000 }, (_, stdout) =>
      resolve(stdout.trim()),
    )
  })
  const [state = '', ...command] = line.split(/\s+/)
  return { state, command: command.join(' ') }
}
