import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connectDocker } from './docker.ts'
import { ensureNodeBase } from './images.ts'
import { mayStartSecondEngine, startSecondEngine } from './second-engine.ts'
import type { SecondEngine } from './second-engine.ts'

const run = promisify(execFile)

/** A container that runs until it is stopped; its id. */
async function startSleeper({ docker }: SecondEngine): Promise<string> {
  const container = await docker.createContainer({
    Image: await ensureNodeBase(docker),
    Cmd: ['node', '-e', 'setInterval(() => {}, 1000)'],
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
  })
  await container.start()
  return container.id
}

const pidOf = async ({ docker }: SecondEngine, id: string): Promise<number> =>
  (await docker.getContainer(id).inspect()).State.Pid

/** What the machine's own engine would miss most: its default bridge, and every rule that names it. */
async function ownEngine(): Promise<unknown> {
  const { stdout: bridge } = await run('ip', ['-j', 'address', 'show', 'docker0'])
  const { stdout: rules } = await run('iptables-save')
  const [{ ifindex, addr_info: addresses }] = JSON.parse(bridge) as [{ ifindex: number; addr_info: unknown }]
  return { ifindex, addresses, rules: rules.split('\n').filter((line) => line.includes('docker0')) }
}

/** Whatever on this machine still carries the name of the engine whose socket this was. */
async function remains(socketPath: string): Promise<string[]> {
  const folder = dirname(socketPath)
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')
  const spaces = await readdir('/run/netns').catch(() => [])
  return [
    ...mounts.filter((line) => line.includes(folder)),
    ...spaces.filter((name) => folder.endsWith(name)),
    ...(existsSync(folder) ? [folder] : []),
  ]
}

describe.runIf(mayStartSecondEngine)('a second engine', () => {
  it('comes and goes in every way without touching the first, and leaves nothing', async () => {
    const before = await ownEngine()
    const engine = await startSecondEngine({ liveRestore: true, diskMiB: 256 })
    const sleeper = await startSleeper(engine)
    const pid = await pidOf(engine, sleeper)
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await engine.end(signal)
      await engine.start()
      expect(await pidOf(engine, sleeper)).toBe(pid)
    }
    await engine.end('SIGTERM')
    await engine.start({ liveRestore: false })
    expect(await pidOf(engine, sleeper)).not.toBe(pid)
    expect(await ownEngine()).toEqual(before)
    await engine.close()
    expect(await remains(engine.socketPath)).toEqual([])
    expect(await ownEngine()).toEqual(before)
    expect((await connectDocker().info()).ServerVersion).toBeTruthy()
  })

  it('that a killed process left is taken away by the next', async () => {
    const left = spawn(process.execPath, ['--input-type=module', '--eval', leaver], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(left.stdout, 'data')) as [Buffer]
    const socketPath = line.toString().trim()
    left.kill('SIGKILL')
    await once(left, 'exit')
    expect(await remains(socketPath)).not.toEqual([])
    const engine = await startSecondEngine({ liveRestore: false })
    expect(engine.socketPath).toBe(socketPath)
    expect(await engine.docker.listContainers({ all: true })).toEqual([])
    await engine.close()
    expect(await remains(socketPath)).toEqual([])
  })
})

/** Starts an engine, says where, and waits for its end. */
const leaver = `
  import { startSecondEngine } from ${JSON.stringify(new URL('./second-engine.ts', import.meta.url).href)}
  const engine = await startSecondEngine({ liveRestore: true })
  console.log(engine.socketPath)
  setInterval(() => {}, 1_000)`
