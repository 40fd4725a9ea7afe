import { connectDocker, removeByLabel } from '@towpath/testkit/docker.ts'
import { ensureNodeBase } from '@towpath/testkit/images.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import { randomBytes } from 'node:crypto'
import { containerEngineContract } from '../contract.ts'
import { CONTRACT_SECRET, type Deed } from '../contract/bench.ts'
import { INSTALLATION_LABEL } from '../labels.ts'
import { dockerEngine } from './engine.ts'

const runId = `tp-${randomBytes(4).toString('hex')}`
/** Strangers must lack our label; this one finds them again for the cleaning. */
const STRANGER_LABEL = `towpath-test-stranger=${runId}`

const SCRIPT = `
const deed = JSON.parse(process.argv[1])
if (deed.prints !== undefined) process.stdout.write(deed.prints + '\\n')
if (deed.runs) setInterval(() => {}, 1000)
else process.exitCode = deed.exits ?? 0
`

containerEngineContract(runId, async () => {
  const docker = connectDocker()
  const registry = await startRegistry()
  const image = await ensureNodeBase(docker)
  const command = (deed: Deed) => ['node', '-e', SCRIPT, JSON.stringify(deed)]
  return {
    engine: dockerEngine({
      socketPath: dockerSocket(),
      secrets: () => new Map([['TOKEN', CONTRACT_SECRET]]),
    }),
    image,
    missingImage: `${registry.host}/team/gone@sha256:${'ab'.repeat(32)}`,
    command,
    async addForeign(name, networks) {
      const [label = '', value = ''] = STRANGER_LABEL.split('=')
      const container = await docker.createContainer({
        name,
        Image: image,
        Cmd: command({ runs: true }),
        Labels: { [label]: value },
        HostConfig: { NetworkMode: 'none' },
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
    },
  }
})
