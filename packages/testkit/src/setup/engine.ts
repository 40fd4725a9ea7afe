import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../wait.ts'

const run = promisify(execFile)

/** The socket that demo and tests use: `DOCKER_HOST` where it names a unix socket, else the usual one. */
export const dockerSocket = (): string => {
  const host = process.env['DOCKER_HOST']
  return host?.startsWith('unix://') === true ? host.slice('unix://'.length) : '/var/run/docker.sock'
}

/** True when a Docker Engine answers on the socket. Asked by bare HTTP: loading a client costs more than the answer. */
export const engineAnswers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping', timeout: 2_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(false))
  })

/** Where a `dockerd` that we start writes its log. */
export const engineLog = (): string => join(tmpdir(), 'towpath', 'dockerd.log')

/**
 * Starts a Docker Engine that outlives us and waits until it answers: by systemd where that runs, else `dockerd` itself.
 * Throws `ENGINE_START_FAILED` with the end of its log.
 */
export const startEngine = async (socketPath: string): Promise<void> => {
  if (existsSync('/run/systemd/system')) {
    await run('systemctl', ['start', 'docker'], { timeout: 90_000 })
    await until(() => engineAnswers(socketPath), { withinMs: 60_000, what: 'Docker Engine answers' })
    return
  }
  const daemon = spawnEngine(socketPath)
  const outcome = await until(async () => daemon.ended ?? ((await engineAnswers(socketPath)) && 'answers'), {
    withinMs: 60_000,
    what: 'Docker Engine answers',
  })
  if (outcome !== 'answers') throw await startFailed(outcome)
}

const spawnEngine = (socketPath: string): { ended: string | null } => {
  mkdirSync(join(tmpdir(), 'towpath'), { recursive: true })
  const log = openSync(engineLog(), 'a')
  const child = spawn('dockerd', ['-H', `unix://${socketPath}`], {
    detached: true,
    stdio: ['ignore', log, log],
    // dockerd finds containerd and iptables by PATH, which may lack the system folders.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
  })
  closeSync(log)
  child.unref()
  const daemon: { ended: string | null } = { ended: null }
  child.once('error', (fault) => (daemon.ended = fault.message))
  child.once('exit', (code, signal) => (daemon.ended = `exit ${code ?? signal}`))
  return daemon
}

const startFailed = async (outcome: string) => {
  const log = await readFile(engineLog(), 'utf8').catch(() => '')
  return new TowpathError({
    code: 'ENGINE_START_FAILED',
    kind: 'failed',
    message: `dockerd did not come up (${outcome}). End of its log:\n${log.split('\n').slice(-8).join('\n')}`,
    hint: `Nothing else was started. The whole log is ${engineLog()}; start a Docker Engine yourself and run this again.`,
  })
}
