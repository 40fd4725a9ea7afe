import { execFile } from 'node:child_process'
import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { removeNamespace } from './namespace.ts'
import type { EnginePlace } from './place.ts'

const run = promisify(execFile)

/**
 * Takes away everything that a second engine can leave on this machine, also one whose test was killed: processes,
 * mounts, control groups, its network namespace, files. Only what carries the name of `place`. Safe to repeat.
 */
export async function removeRemains(place: EnginePlace): Promise<void> {
  await killAll((pid) => isDaemonOf(place, pid))
  await killAll((pid) => isInContainerOf(place, pid))
  await unmountUnder(place.folder)
  await removeControlGroups(place.name)
  await removeNamespace(place)
  await rm(place.folder, { recursive: true, force: true })
}

/**
 * What a loss of power takes: daemons and containers at once, without a word, and all that lies in memory. Data, networks and the
 * namespace stay.
 */
export async function losePower(place: EnginePlace): Promise<void> {
  await killAll((pid) => isDaemonOf(place, pid))
  await killAll((pid) => isInContainerOf(place, pid))
  for (const folder of ['data', 'exec', 'containerd-state']) await unmountUnder(join(place.folder, folder))
  for (const name of ['exec', 'containerd-state', 'dockerd.pid'])
    await rm(join(place.folder, name), { recursive: true, force: true })
}

const daemons = new Set(['dockerd', 'containerd', 'containerd-shim-runc-v2'])

async function isDaemonOf({ folder, name }: EnginePlace, pid: string): Promise<boolean> {
  const [program = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
  if (!daemons.has(basename(program))) return false
  return args.some((arg) => arg === name || arg.startsWith(`${folder}/`))
}

async function isInContainerOf({ name }: EnginePlace, pid: string): Promise<boolean> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8')
  return groups.includes(`:/${name}/`)
}

/** Kills and waits until they are gone: what they hold cannot be removed before. */
async function killAll(isOurs: (pid: string) => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const ours = []
    for (const pid of pids) if (await isOurs(pid).catch(() => false)) ours.push(pid)
    if (ours.length === 0) return
    for (const pid of ours) kill(Number(pid))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone between the look and the signal.
  }
}

/** Innermost first. */
async function unmountUnder(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
  for (const path of mounts.toReversed()) await run('umount', ['-l', path]).catch(() => {})
}

/** The old kernel interface has a tree per controller, the new one a single tree. */
async function removeControlGroups(name: string): Promise<void> {
  const root = '/sys/fs/cgroup'
  const trees = await readdir(root, { withFileTypes: true }).catch(() => [])
  const roots = [root, ...trees.filter((tree) => tree.isDirectory()).map((tree) => join(root, tree.name))]
  for (const tree of roots) await removeFolders(join(tree, name))
}

/** A control group's files cannot be removed, and need not be: its folders alone are. */
async function removeFolders(folder: string): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (inside === null) return
  for (const entry of inside) if (entry.isDirectory()) await removeFolders(join(folder, entry.name))
  await rmdir(folder).catch(() => {})
}
