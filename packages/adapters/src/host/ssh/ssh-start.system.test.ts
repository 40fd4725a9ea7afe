import type { Log } from '@towpath/app/ports/log.ts'
import { type SshHost, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { findProgram } from '@towpath/testkit/setup/packages.ts'
import { type SshTestHost, mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import { execFile } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SshConnection } from './ssh-connection.ts'
import { type SshHosts, sshHosts } from './ssh-hosts.ts'

const run = promisify(execFile)
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }
const redact = (text: string): string => text

/** How this machine's own `ssh`, its configuration and its limits come into a link. */
describe.runIf(mayStartSshHost)('the ssh of a link', () => {
  let host: SshTestHost
  let hosts: SshHosts
  let folder: string
  let address: SshHost
  const path = process.env['PATH'] ?? ''
  beforeEach(async () => {
    host = await startSshHost({ engineSocket: dockerSocket() })
    folder = await mkdtemp(join(tmpdir(), 'tp-link-'))
    address = parseHostAddress(host.address) as SshHost
    hosts = await sshHosts({ folder: join(folder, 'ssh'), configFile: host.configFile, log: silent, redact })
  })
  afterEach(async () => {
    process.env['PATH'] = path
    await hosts.close()
    await host.close()
    await rm(folder, { recursive: true, force: true })
  })
  const link = () => hosts.linkTo(address)
  const fails = async (asked: Promise<unknown>): Promise<unknown> =>
    await asked.then(
      () => 'it was done',
      (thrown: unknown) => thrown,
    )

  it('may be as old as Debian 11’s', async () => {
    const older = join(folder, 'older')
    await mkdir(older)
    await writeFile(join(older, 'ssh'), olderSsh(findProgram('ssh') ?? 'ssh'), { mode: 0o755 })
    process.env['PATH'] = `${older}:${path}`
    expect(await link().run('echo there', 'look')).toBe('there\n')
    expect(await link().forward({ path: dockerSocket() })).toContain('.sock')
  })

  it('is not told by the user’s configuration what to forward, nor where the connection is', async () => {
    const port = await freePort()
    await appendFile(
      host.configFile,
      `  LocalForward 127.0.0.1:${port} 127.0.0.1:${address.port}\n  ControlPath ${join(folder, 'theirs')}\n`,
    )
    await link().forward({ path: dockerSocket() })
    const socket = connect(port, '127.0.0.1')
    const came = await Promise.race([
      once(socket, 'connect').then(() => 'somebody listens'),
      once(socket, 'error').then(() => 'nobody'),
    ]).catch(() => 'nobody')
    socket.destroy()
    expect(came).toBe('nobody')
  })

  it('that cannot begin, because this process has no file left, is tried again and ends nothing', async () => {
    const { stdout } = await run(
      '/bin/sh',
      ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', exhausted],
      {
        env: {
          ...process.env,
          LINK: JSON.stringify({ address: host.address, config: host.configFile, folder }),
        },
      },
    )
    const told = stdout.trim().split('\n')
    expect(told.slice(0, -1)).not.toEqual([])
    for (const line of told.slice(0, -1)) expect(line).toMatch(/^HOST_\w+ true$/)
    expect(told.at(-1)).toBe('there')
  })

  it('is not started any more once the link is closed', async () => {
    const closed = link()
    await closed.run(':', 'look')
    await hosts.close()
    expect(await fails(closed.run(':', 'look'))).toMatchObject({ code: 'HOST_LINK_CLOSED', retryable: true })
    expect(await closed.answersWithin(1_000)).toBe(false)
    expect(await host.links()).toEqual([])
  })

  it('that has ended waits for nothing any more', async () => {
    const ending = new AbortController()
    for (let count = 0; count < 3; count += 1) {
      const connection = await SshConnection.open({
        ...{ host: address, folder: join(folder, 'one'), included: [host.configFile], named: null, redact },
        signal: ending.signal,
      })
      expect(getEventListeners(ending.signal, 'abort')).toHaveLength(1)
      await connection.close()
    }
    expect(getEventListeners(ending.signal, 'abort')).toEqual([])
  })

  it('has a configuration that can be read, or says which one cannot', async () => {
    await rm(host.configFile)
    expect(await fails(link().run(':', 'look'))).toMatchObject({
      code: 'SSH_CONFIG_UNREADABLE',
      kind: 'usage',
      message: expect.stringContaining(host.configFile) as string,
    })
  })
})

/** The machine's `ssh`, which knows as many options as OpenSSH 8.4 does. */
const olderSsh = (program: string): string => `#!/bin/sh
if [ "$1" = -V ]; then echo 'OpenSSH_8.4p1 Debian-5+deb11u3, OpenSSL 1.1.1w' >&2; exit 0; fi
for word; do
  case "$word" in SessionType=*|ForkAfterAuthentication=*|StdinNull=*)
    echo "command-line: line 0: Bad configuration option: \${word%%=*}" >&2; exit 255;;
  esac
done
exec ${program} "$@"
`

const moduleOf = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)

/** Asks a host while it has no file to spare, one more at each attempt, then with enough of them. */
const exhausted = `
  import { closeSync, openSync } from 'node:fs'
  import { setTimeout as sleep } from 'node:timers/promises'
  import { parseHostAddress } from ${moduleOf('../../../../domain/src/environment/host-address.ts')}
  import { sshHosts } from ${moduleOf('./ssh-hosts.ts')}
  const { address, config, folder } = JSON.parse(process.env.LINK)
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const hosts = await sshHosts({ folder: folder + '/ssh', configFile: config, log, redact: (text) => text })
  const link = hosts.linkTo(parseHostAddress(address))
  const ask = () => link.run('echo there', 'look').then((said) => said.trim(), ({ code, retryable }) => code + ' ' + retryable)
  const held = []
  try { for (;;) held.push(openSync('/dev/null')) } catch {}
  let last = ''
  for (let spare = 0; spare < 12 && last !== 'there'; spare += 1) {
    last = await ask()
    console.log(last)
    closeSync(held.pop())
    await sleep(300)
  }
  for (const file of held.splice(0)) closeSync(file)
  while (last !== 'there') {
    await sleep(500)
    last = await ask()
    if (last === 'there') console.log(last)
  }
  await hosts.close()`
