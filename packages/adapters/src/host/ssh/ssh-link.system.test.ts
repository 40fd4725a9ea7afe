import type { Log } from '@towpath/app/ports/log.ts'
import { type SshHost, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { type SshTestHost, mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dockerEngine } from '../../container-engine/docker/engine.ts'
import { engineOver } from './remote-engine.ts'
import { type SshHosts, sshHosts } from './ssh-hosts.ts'

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }

describe.runIf(mayStartSshHost)('the link to a host over SSH', () => {
  let host: SshTestHost
  let hosts: SshHosts
  let folder: string
  let address: SshHost
  beforeEach(async () => {
    host = await startSshHost({ engineSocket: dockerSocket() })
    folder = await mkdtemp(join(tmpdir(), 'tp-link-'))
    address = parseHostAddress(host.address) as SshHost
    hosts = await openHosts()
  })
  afterEach(async () => {
    await hosts.close()
    await host.close()
    await rm(folder, { recursive: true, force: true })
  })

  const openHosts = (redact = (text: string) => text): Promise<SshHosts> =>
    sshHosts({ folder: join(folder, 'ssh'), configFile: host.configFile, log: silent, redact })
  const engine = () =>
    dockerEngine({ ...engineOver(hosts.linkTo(address), address), secrets: () => new Map() })
  /** Asks until it gets an answer, as a runner does. */
  const answersAgain = (): Promise<unknown> =>
    until(
      async () =>
        await engine()
          .describe()
          .catch(() => null),
      {
        withinMs: 30_000,
        what: 'the engine to answer again',
      },
    )

  it('is one ssh process, however many ask at once and whatever for', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => engine().describe()))
    expect(new Set(answers.map(({ name }) => name)).size).toBe(1)
    expect(await engine().diskFreeBytes()).toBeGreaterThan(0)
    expect(await host.links()).toHaveLength(1)
  })

  it('costs an engine’s call a few times what the local socket does, not a log-in', async () => {
    const local = dockerEngine({ socketPath: dockerSocket(), secrets: () => new Map() })
    await Promise.all([local.list({}), engine().list({})])
    const tookMs = async (ask: () => Promise<unknown>): Promise<number> => {
      const each: number[] = []
      for (let round = 0; round < 15; round += 1) {
        const startedAt = performance.now()
        await ask()
        each.push(performance.now() - startedAt)
      }
      return each.toSorted((a, b) => a - b)[7] ?? 0
    }
    const there = engine()
    const overSsh = await tookMs(() => there.list({ 'towpath.nobody': 'x' }))
    const here = await tookMs(() => local.list({ 'towpath.nobody': 'x' }))
    console.log(`a call: ${here.toFixed(1)} ms here, ${overSsh.toFixed(1)} ms over SSH`)
    // A log-in takes a hundred times a call; how many times a forwarded one takes, the benchmark says.
    expect(overSsh).toBeLessThan(20 * here)
  })

  it('is made again when its process dies', async () => {
    await engine().describe()
    const [before = 0] = await host.links()
    process.kill(before, 'SIGKILL')
    await answersAgain()
    const after = await host.links()
    expect(after).toHaveLength(1)
    expect(after).not.toEqual([before])
  })

  it('that is cut says so, as a fault that may pass, and passes', async () => {
    await engine().describe()
    await host.wire.cut()
    const failed = await engine()
      .describe()
      .catch((thrown: unknown) => thrown)
    expect(failed).toMatchObject({ code: 'HOST_UNREACHABLE', retryable: true })
    expect(String(failed)).toContain(`127.0.0.1:${address.port}`)
    await host.wire.heal()
    await answersAgain()
  })

  it('that falls silent holds nobody longer than the deadline of the call', async () => {
    await engine().describe()
    host.wire.freeze()
    const asked = engine()
      .describe()
      .catch((thrown: unknown) => thrown)
    expect(await Promise.race([asked, sleep(40_000, 'still waiting')])).toMatchObject({
      kind: 'unreachable',
      retryable: true,
    })
    expect(await hosts.linkTo(address).answersWithin(500)).toBe(false)
    await host.wire.heal()
    await answersAgain()
  }, 120_000)

  it('that is slow or half closed is no other answer', async () => {
    host.wire.delay(100)
    const { clock, ...same } = await engine().describe()
    expect(Date.parse(clock ?? '')).not.toBeNaN()
    host.wire.halfClose()
    expect(await answersAgain()).toMatchObject(same)
  })

  it('is refused by a host that nobody vouched for, with the command that fetches its key', async () => {
    await writeFile(host.knownHosts, '')
    await expect(engine().describe()).rejects.toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      retryable: false,
      hint: expect.stringContaining(`ssh-keyscan -p ${address.port} 127.0.0.1`) as string,
    })
    expect(await readFile(host.knownHosts, 'utf8')).toBe('')
    expect(await host.links()).toEqual([])
  })

  it('is refused by a host whose key is another one, and never tries a password', async () => {
    await engine().describe()
    await host.showKey('other')
    const failed = await until(
      async () => {
        const thrown = await engine()
          .describe()
          .catch((fault: unknown) => fault)
        return thrown instanceof Error && 'code' in thrown && thrown.code === 'HOST_KEY_CHANGED' && thrown
      },
      { withinMs: 20_000, what: 'the other key to be seen' },
    )
    expect(failed).toMatchObject({ kind: 'forbidden', retryable: false })
  })

  it('takes no key on trust although the user’s configuration would', async () => {
    await writeFile(host.knownHosts, '')
    const loose = join(folder, 'loose')
    await writeFile(
      loose,
      `StrictHostKeyChecking no\nBatchMode no\n${await readFile(host.configFile, 'utf8')}`,
    )
    await hosts.close()
    hosts = await sshHosts({
      folder: join(folder, 'ssh'),
      configFile: loose,
      log: silent,
      redact: (text) => text,
    })
    await expect(engine().describe()).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  })

  it('that is refused a log-in says so once, and is not asked for a password', async () => {
    await writeFile(
      host.configFile,
      (await readFile(host.configFile, 'utf8')).replace('user_key', 'other_key'),
    )
    await expect(engine().describe()).rejects.toMatchObject({ code: 'HOST_LOGIN_REFUSED', kind: 'forbidden' })
  })

  it('goes by jump hosts', async () => {
    const port = String(address.port)
    await writeFile(
      host.configFile,
      `Host bastion\n  ControlMaster auto\n  ControlPersist 10m\n  ControlPath ${join(folder, 'kept')}\n  HostName 127.0.0.1\n  Port ${port}\nHost far\n  HostName 127.0.0.1\n  Port ${port}\n  ProxyJump bastion\n${await readFile(host.configFile, 'utf8')}`,
    )
    const far = parseHostAddress(`ssh://far${dockerSocket()}`) as SshHost
    const over = dockerEngine({ ...engineOver(hosts.linkTo(far), far), secrets: () => new Map() })
    expect((await over.describe()).version).toMatch(/^\d+\./)
    expect(await host.links()).toHaveLength(1)
    await hosts.close()
    expect(await host.links()).toEqual([])
  })

  it('names an engine that is not there, apart from a host that is not', async () => {
    const nowhere = parseHostAddress(host.address.replace(dockerSocket(), '/run/nowhere.sock')) as SshHost
    const lost = dockerEngine({ ...engineOver(hosts.linkTo(nowhere), nowhere), secrets: () => new Map() })
    await expect(lost.describe()).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('There is no socket at /run/nowhere.sock') as string,
    })
  })

  it('says what keeps an engine from being reached where the host forwards no sockets', async () => {
    const shut = await startSshHost({ engineSocket: dockerSocket(), settings: ['DisableForwarding yes'] })
    const there = parseHostAddress(shut.address) as SshHost
    await writeFile(host.configFile, await readFile(shut.configFile, 'utf8'))
    const failed = await dockerEngine({
      ...engineOver(hosts.linkTo(there), there),
      secrets: () => new Map(),
    })
      .describe()
      .catch((thrown: unknown) => thrown)
    await shut.close()
    expect(failed).toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      hint: expect.stringContaining('AllowStreamLocalForwarding yes') as string,
    })
  })

  it('repeats what a log-in said that leads to no shell', async () => {
    const odd = await startSshHost({
      engineSocket: dockerSocket(),
      settings: ['ForceCommand echo This account is closed.'],
    })
    const there = parseHostAddress(odd.address) as SshHost
    await writeFile(host.configFile, await readFile(odd.configFile, 'utf8'))
    const failed = await hosts
      .linkTo(there)
      .run(':', 'look')
      .catch((thrown: unknown) => thrown)
    await odd.close()
    expect(failed).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('This account is closed') as string,
    })
  })

  it('lets no secret into what it repeats of ssh', async () => {
    await hosts.close()
    await host.wire.cut()
    hosts = await openHosts((text) => text.replaceAll('127.0.0.1', '[secret]'))
    const failed = (await engine()
      .describe()
      .catch((thrown: unknown) => thrown)) as { detail: { sshSays: string } }
    expect(failed.detail.sshSays).toContain('[secret]')
    expect(failed.detail.sshSays).not.toContain('127.0.0.1')
  })

  it('leaves no process and no socket when it is closed', async () => {
    await engine().describe()
    await hosts.close()
    expect(await host.links()).toEqual([])
    await expect(readFile(join(folder, 'ssh'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('ends with its process, killed as it may be', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', keeper], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        LINK: JSON.stringify({ address: host.address, config: host.configFile, folder }),
      },
    })
    await once(child.stdout, 'data')
    expect(await host.links()).toHaveLength(1)
    child.kill('SIGKILL')
    await until(async () => (await host.links()).length === 0, { withinMs: 10_000, what: 'ssh to end' })
    // Its sockets are there still; the next start makes room.
    await engine().describe()
  })
})

/** Holds a link open until it is killed. */
const keeper = `
  import { parseHostAddress } from ${JSON.stringify(new URL('../../../../domain/src/environment/host-address.ts', import.meta.url).href)}
  import { sshHosts } from ${JSON.stringify(new URL('./ssh-hosts.ts', import.meta.url).href)}
  const { address, config, folder } = JSON.parse(process.env.LINK)
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const hosts = await sshHosts({ folder: folder + '/ssh', configFile: config, log, redact: (text) => text })
  await hosts.linkTo(parseHostAddress(address)).run(':', 'look')
  console.log('up')
  setInterval(() => {}, 1_000)`
