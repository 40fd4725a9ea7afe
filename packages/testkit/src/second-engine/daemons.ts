import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { engineAnswers } from '../setup/engine.ts'
import { until } from '../wait.ts'
import { inNamespace } from './namespace.ts'
import type { EnginePlace } from './place.ts'

export const dataFolder = ({ folder }: EnginePlace): string => join(folder, 'data')
export const engineSocket = ({ folder }: EnginePlace): string => join(folder, 'engine.sock')
const containerdSocket = ({ folder }: EnginePlace): string => join(folder, 'containerd.sock')

/** Starts what keeps the containers themselves: as installed by Docker's packages, it does not end with `dockerd`. */
export async function startContainerd(place: EnginePlace): Promise<ChildProcess> {
  const config = join(place.folder, 'containerd.toml')
  const settings = [
    'version = 2',
    `root = "${join(place.folder, 'containerd')}"`,
    `state = "${join(place.folder, 'containerd-state')}"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `address = "${containerdSocket(place)}"`,
  ]
  await writeFile(config, `${settings.join('\n')}\n`)
  const daemon = spawnDaemon(place, 'containerd', ['--config', config])
  await awaitAnswer(place, daemon, async () => existsSync(containerdSocket(place)))
  return daemon
}

/** Starts `dockerd` over what its folder holds; resolves when it answers. */
export async function startDockerd(place: EnginePlace, liveRestore: boolean): Promise<ChildProcess> {
  // A file of its own also keeps the machine's `daemon.json` out.
  const config = join(place.folder, 'daemon.json')
  await writeFile(config, JSON.stringify(settingsOf(place, liveRestore)))
  const daemon = spawnDaemon(place, 'dockerd', ['--config-file', config])
  await awaitAnswer(place, daemon, () => engineAnswers(engineSocket(place)))
  return daemon
}

/** As `daemon.json` has it. */
const settingsOf = (place: EnginePlace, liveRestore: boolean) => ({
  hosts: [`unix://${engineSocket(place)}`],
  pidfile: join(place.folder, 'dockerd.pid'),
  containerd: containerdSocket(place),
  'data-root': dataFolder(place),
  'exec-root': join(place.folder, 'exec'),
  'live-restore': liveRestore,
  bip: place.bridge,
  'default-address-pools': [{ base: place.pool, size: 24 }],
  'cgroup-parent': `/${place.name}`,
  'exec-opts': ['native.cgroupdriver=cgroupfs'],
})

/** Ends a daemon; resolves when it is gone. Fine when it is already. */
export async function endDaemon(daemon: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (isOver(daemon)) return
  const ended = new Promise<void>((resolve) => void daemon.once('exit', () => resolve()))
  daemon.kill(signal)
  await ended
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

const logFile = ({ folder }: EnginePlace): string => join(folder, 'daemons.log')

function spawnDaemon(place: EnginePlace, program: string, args: string[]): ChildProcess {
  const log = openSync(logFile(place), 'a')
  const [enter, ...into] = inNamespace(place)
  const child = spawn(enter, [...into, program, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
  })
  closeSync(log)
  return child
}

async function awaitAnswer(
  place: EnginePlace,
  daemon: ChildProcess,
  answers: () => Promise<boolean>,
): Promise<void> {
  const look = async (): Promise<'answers' | 'ended' | false> =>
    isOver(daemon) ? 'ended' : (await answers()) && 'answers'
  const seen = await until(look, { withinMs: 60_000, what: 'the second engine to answer' })
  if (seen === 'answers') return
  const log = await readFile(logFile(place), 'utf8').catch(() => '')
  throw new Error(`a daemon of the second engine ended at once:\n${log.slice(-2_000)}`)
}
