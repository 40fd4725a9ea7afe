import type Docker from 'dockerode'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withMachineLock } from '../machine-lock.ts'
import { finished, imageExists, imageLabel } from '../image/import.ts'
import { findProgram } from '../setup/packages.ts'

const run = promisify(execFile)
const name = 'towpath/systemd-host'
const suite = 'bookworm'
const packages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'docker.io', 'docker-compose', 'openssh-server', 'cron'],
  ...['iptables', 'iproute2', 'procps', 'kmod'],
]

/** Its own two sockets: the usual one, and one in a folder that this machine shares. */
const dockerUnit = [
  '[Service]',
  'ExecStart=',
  'ExecStart=/usr/sbin/dockerd -H fd:// -H unix:///var/lib/towpath-host/engine.sock --containerd=/run/containerd/containerd.sock',
].join('\\n')

const hooks = [
  'rm -rf "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale "$1"/var/lib/apt/lists/*',
  `mkdir -p "$1"/etc/systemd/system/docker.service.d && printf '${dockerUnit}\\n' >"$1"/etc/systemd/system/docker.service.d/test.conf`,
  // What tests put there is still there after a boot.
  'mkdir -p "$1"/etc/tmpfiles.d && : >"$1"/etc/tmpfiles.d/tmp.conf',
  // A container has no consoles of its own to offer.
  'rm -f "$1"/etc/systemd/system/getty.target.wants/*',
]

/** Only where the tool is there, and Debian's archive within reach the first time. */
export const mayMakeHostImage = findProgram('mmdebstrap') !== null

/**
 * Debian with systemd, Docker, Compose, sshd and cron, made of packages by mmdebstrap. It takes a minute once per machine and recipe;
 * after that the engine has it. Returns its reference.
 */
export async function ensureHostImage(docker: Docker): Promise<string> {
  const recipe = JSON.stringify({ suite, packages, hooks })
  const tag = createHash('sha256').update(recipe).digest('hex').slice(0, 16)
  const reference = `${name}:${tag}`
  if (await imageExists(docker, reference)) return reference
  await withMachineLock(`image-${reference}`, 10 * 60_000, async () => {
    if (await imageExists(docker, reference)) return
    await importTree(docker, tag)
  })
  return reference
}

/** By a file: while packages are fetched nothing would come, and the engine hangs up. */
async function importTree(docker: Docker, tag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-host-'))
  const tree = join(folder, 'tree.tar')
  try {
    const args = ['--variant=minbase', '--quiet', `--include=${packages.join(',')}`]
    const asked = hooks.map((hook) => `--customize-hook=${hook}`)
    await run('mmdebstrap', [...args, ...asked, suite, tree], { timeout: 10 * 60_000 })
    const changes = [`LABEL ${imageLabel}=yes`]
    await finished(docker, await docker.importImage(tree, { repo: name, tag, changes }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
