import { connectDocker, removeByLabel } from '@towpath/testkit/docker.ts'
import { ensureNodeBase } from '@towpath/testkit/images.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import type { Log } from '@towpath/app/ports/log.ts'
import { type SshHost, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import { engineOver } from '../../host/ssh/remote-engine.ts'
import { sshHosts } from '../../host/ssh/ssh-hosts.ts'
import { containerEngineContract } from '../contract.ts'
import { CONTRACT_SECRET, type Deed, type EngineUnderTest } from '../contract/bench.ts'
import { INSTALLATION_LABEL } from '../labels.ts'
import { type DockerEngineOptions, dockerEngine } from './engine.ts'

const runId = `tp-${randomBytes(4).toString('hex')}`
/** Strangers must lack our label; this one finds them again for the cleaning. */
const STRANGER_LABEL = `towpath-test-stranger=${runId}`

const SCRIPT = `
const deed = JSON.parse(process.argv[1])
if (deed.prints !== undefined) process.stdout.write(deed.prints + '\\n')
if (deed.runs) setInterval(() => {}, 1000)
else process.exitCode = deed.exits ?? 0
`

/** The engine's way, and what ends it. */
type Way = () => Promise<{ way: Omit<DockerEngineOptions, 'secrets'>; end: () => Promise<void> }>

const here: Way = async () => ({ way: { socketPath: dockerSocket() }, end: async () => {} })

const overSsh: Way = async () => {
  const host = await startSshHost({ engineSocket: dockerSocket() })
  const folder = await mkdtemp(join(tmpdir(), 'tp-link-'))
  const redact = (text: string) => text
  const hosts = await sshHosts({ folder, configFile: host.configFile, log: noLog, redact })
  const address = parseHostAddress(host.address) as SshHost
  return {
    way: engineOver(hosts.linkTo(address), address),
    end: async () => {
      await hosts.close()
      await host.close()
    },
  }
}

const noLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

const benchOver = (open: Way) => async () => {
  const docker = connectDocker()
  const { way, end } = await open()
  const registry = await startRegistry()
  const image = await ensureNodeBase(docker)
  const command = (deed: Deed) => ['node', '-e', SCRIPT, JSON.stringify(deed)]
  return {
    engine: dockerEngine({ ...way, secrets: () => new Map([['TOKEN', CONTRACT_SECRET]]) }),
    image,
    missingImage: `${registry.host}/team/gone@sha256:${'ab'.repeat(32)}`,
    command,
    strangerLabels: { 'towpath-test-stranger': runId },
    async addForeign(
      name: string,
      networks: readonly { network: string; aliases: string[] }[],
      more: Parameters<EngineUnderTest['addForeign']>[2] = {},
    ) {
      const [label = '', value = ''] = STRANGER_LABEL.split('=')
      const container = await docker.createContainer({
        name,
        Image: image,
        Cmd: command({ runs: true }),
        Labels: { ...more.labels, [label]: value },
        Env: Object.entries(more.environment ?? {}).map(([key, set]) => `${key}=${set}`),
        HostConfig: {
          NetworkMode: 'none',
          RestartPolicy: { Name: more.restart?.name ?? 'no', MaximumRetryCount: 0 },
        },
      })
      for (const { network, aliases } of networks) {
        await docker.getNetwork('none').disconnect({ Container: container.id })
        await docker
          .getNetwork(network)
          .connect({ Container: container.id, EndpointConfig: { Aliases: aliases } })
      }
      await container.start()
    },
    async close() {
      await removeByLabel(STRANGER_LABEL, docker)
      await removeByLabel(`${INSTALLATION_LABEL}=${runId}`, docker)
      await registry.stop()
      await end()
    },
  }
}

containerEngineContract(runId, benchOver(here))

describe.runIf(mayStartSshHost)('over SSH', () => {
  containerEngineContract(runId, benchOver(overSsh))
})
