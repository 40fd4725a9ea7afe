import Docker from 'dockerode'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectDocker } from './docker.ts'
import { startSocketProxy } from './faults/socket-proxy.ts'
import type { SocketProxy } from './faults/socket-proxy.ts'
import { freePort } from './ports.ts'
import { shareLoopback } from './second-engine/share-loopback.ts'
import { engineAnswers } from './setup/engine.ts'
import { clientConfig } from './ssh-host.ts'
import { ensureHostImage, mayMakeHostImage } from './systemd-host/host-image.ts'
import { until } from './wait.ts'

const run = promisify(execFile)

/** A host as teams have it: systemd as its first process, with Docker, sshd and cron as its units, reached over SSH. */
export interface SystemdHost {
  /** `ssh://…`, through a wire that breaks. */
  address: string
  /** OpenSSH configuration that knows the host and has a key for it. */
  configFile: string
  wire: SocketProxy
  /** Its own engine. */
  docker: Docker
  /** What to put before a command so that it runs in the host's network. */
  enter: readonly string[]
  shareLoopback(port: number): Promise<void>
  /** Runs a script there as root; its output. */
  run(script: string): Promise<string>
  /** Writes a file there, folders too. */
  write(path: string, text: string): Promise<void>
  /** A folder of this machine, at a path there. */
  copy(folder: string, path: string): Promise<void>
  /** Shuts down and boots, as `reboot` does; resolves when its engine answers again. */
  reboot(): Promise<void>
  close(): Promise<void>
}

/** Only root may start one, and only where its image can be made. */
export const mayStartSystemdHost =
  process.platform === 'linux' && process.getuid?.() === 0 && mayMakeHostImage

/**
 * Control groups of the old kind are mounted anew, since those of a container cannot be written; where there is one tree of the new
 * kind, systemd mounts it by itself. What the machine does not give (such as network classes) is left out.
 */
const boot = `
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for c in $(awk '$4 == 1 && !/^#/ {print $1}' /proc/cgroups); do
    mkdir /sys/fs/cgroup/$c && mount -t cgroup -o $c cgroup /sys/fs/cgroup/$c 2>/dev/null || rmdir /sys/fs/cgroup/$c
  done
  mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
fi
exec /lib/systemd/systemd`

/** Starts one; its network is held by a container of its own, so that it stays through a reboot as a machine's does. */
export async function startSystemdHost(): Promise<SystemdHost> {
  const machine = connectDocker()
  const image = await ensureHostImage(machine)
  const folder = await mkdtemp(join(tmpdir(), 'tp-systemd-'))
  const undo = new AsyncDisposableStack()
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  try {
    return await startIn(folder, { machine, image, undo })
  } catch (fault) {
    await undo.disposeAsync()
    throw fault
  }
}

interface Starting {
  machine: Docker
  image: string
  undo: AsyncDisposableStack
}

async function startIn(folder: string, starting: Starting): Promise<SystemdHost> {
  const { machine, undo } = starting
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const network = await startContainer(starting, { Cmd: ['sleep', 'infinity'] })
  const { State, NetworkSettings } = await network.inspect()
  const enter = ['nsenter', `--net=/proc/${State.Pid}/ns/net`]
  const host = await startContainer(starting, hostSettings({ network: network.id, shared }))
  const execute = (script: string): Promise<string> =>
    run('docker', ['exec', host.id, 'sh', '-c', script], { timeout: 120_000 }).then(({ stdout }) => stdout)
  const socketPath = join(shared, 'engine.sock')
  const isUp = async (): Promise<boolean> =>
    (await engineAnswers(socketPath)) &&
    (await execute('systemctl is-active ssh docker').then(isActive, () => false))
  const answers = () => until(isUp, { withinMs: 60_000, what: 'the host to be up' })
  await answers()
  const inner = { host: Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '', port: 22 }
  const outer = { host: '127.0.0.1', port: await freePort() }
  const wire = await startSocketProxy(outer, inner)
  undo.defer(async () => {
    await wire.heal()
    await wire.close()
  })
  await layKeys(folder, { port: outer.port, execute })
  return {
    address: `ssh://root@127.0.0.1:${outer.port}/run/docker.sock`,
    ...{ configFile: join(folder, 'config'), wire, enter, run: execute },
    docker: new Docker({ socketPath, timeout: 120_000 }),
    shareLoopback: (port) => shareLoopback({ enter, folder, undo }, port),
    write: async (path, text) => {
      const base64 = Buffer.from(text).toString('base64')
      await execute(`mkdir -p "$(dirname ${path})" && echo ${base64} | base64 -d >${path}`)
    },
    copy: async (from, path) => {
      await execute(`mkdir -p ${path}`)
      await run('docker', ['cp', `${from}/.`, `${host.id}:${path}`], { timeout: 60_000 })
    },
    reboot: async () => {
      await machine.getContainer(host.id).restart({ t: 60 })
      await answers()
    },
    close: () => undo.disposeAsync(),
  }
}

const isActive = (said: string): boolean =>
  said
    .trim()
    .split('\n')
    .every((one) => one === 'active')

/** Of the engine's API from 1.41, and of no type of dockerode's. */
const ownControlGroups: object = { CgroupnsMode: 'private' }

/** All capabilities but one that not every machine has to give; seccomp and masks are for programs, not for a host. */
const hostSettings = ({
  network,
  shared,
}: {
  network: string
  shared: string
}): Docker.ContainerCreateOptions => ({
  Cmd: ['sh', '-c', boot],
  Env: ['container=docker'],
  // What shuts systemd down (its manual page, SIGRTMIN+3).
  StopSignal: 'SIGRTMIN+3',
  Volumes: { '/var/lib/docker': {}, '/var/lib/containerd': {} },
  HostConfig: {
    NetworkMode: `container:${network}`,
    CapAdd: ['ALL'],
    CapDrop: ['SYS_RESOURCE'],
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    MaskedPaths: [],
    ReadonlyPaths: [],
    ...ownControlGroups,
    DeviceCgroupRules: ['a *:* rwm'],
    Tmpfs: { '/run': '', '/run/lock': '' },
    Binds: [`${shared}:/var/lib/towpath-host`],
  },
})

async function startContainer(
  { machine, image, undo }: Starting,
  settings: Docker.ContainerCreateOptions,
): Promise<Docker.Container> {
  const container = await machine.createContainer({
    Image: image,
    ...settings,
    Labels: { 'towpath.testkit': 'systemd-host' },
  })
  undo.defer(() => container.remove({ force: true, v: true }))
  await container.start()
  return container
}

async function layKeys(
  folder: string,
  { port, execute }: { port: number; execute: (script: string) => Promise<string> },
): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(folder, 'user_key')])
  const key = (await readFile(join(folder, 'user_key.pub'), 'utf8')).trim()
  await execute(`mkdir -p -m 700 /root/.ssh && echo '${key}' >/root/.ssh/authorized_keys`)
  const hostKey = await execute('cat /etc/ssh/ssh_host_ed25519_key.pub')
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}`)
  await writeFile(join(folder, 'config'), clientConfig(folder))
}
