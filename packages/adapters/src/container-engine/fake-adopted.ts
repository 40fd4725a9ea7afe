import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import type { FoundContainer } from '@towpath/domain/adoption/running/found-container.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { adoptedGone, containerNotFound } from './docker/container-errors.ts'
import type { FakeContainer, FakeHost } from './fake-host.ts'
import { INSTALLATION_LABEL } from './labels.ts'

type AdoptedCalls = Pick<
  ContainerEngine,
  'find' | 'attach' | 'startAdopted' | 'stopAdopted' | 'releaseAdopted' | 'removeNetwork'
>

/** What the fake engine does with containers that somebody else made. */
export function adoptedCalls(host: FakeHost): AdoptedCalls {
  return {
    async find(labels) {
      host.answerOrThrow()
      return [...host.containers.values()].filter((container) => carries(container, labels)).map(foundOf)
    },
    async attach(name, attachment) {
      host.answerOrThrow()
      const container = host.byNameOrId(name)
      if (container === undefined) throw containerNotFound(name)
      const network = host.networks.get(attachment.network)
      if (network === undefined) throw absentNetwork(attachment.network)
      const others = container.spec.networks.filter((joined) => joined.network !== attachment.network)
      container.spec = { ...container.spec, networks: [...others, attachment] }
      delete container.addresses[attachment.network]
      if (container.status === 'running') host.settle(container)
    },
    async startAdopted({ id, name, restart }) {
      host.answerOrThrow()
      const container = host.byNameOrId(id)
      if (container === undefined) throw adoptedGone(name)
      if (container.status === 'running') return
      container.spec = { ...container.spec, restart }
      host.start(container)
    },
    async stopAdopted({ id }) {
      host.answerOrThrow()
      const container = host.byNameOrId(id)
      if (container === undefined || container.status === 'exited') return
      const { restart } = container.spec
      container.spec = { ...container.spec, restart: { name: 'no' } }
      host.exit(container.spec.name, { code: 0 })
      const stays = restart.name === 'always' ? { name: 'unless-stopped' as const } : restart
      container.spec = { ...container.spec, restart: stays }
    },
    async releaseAdopted({ id, restart }) {
      host.answerOrThrow()
      const container = host.byNameOrId(id)
      if (container !== undefined) container.spec = { ...container.spec, restart }
    },
    async removeNetwork(name) {
      host.answerOrThrow()
      const labels = host.networks.get(name)?.spec.labels ?? {}
      if (INSTALLATION_LABEL in labels) host.networks.delete(name)
    },
  }
}

function carries({ spec }: FakeContainer, labels: readonly string[]): boolean {
  return labels.every((label) => {
    const [name = '', value] = label.split(/=(.*)/s)
    return Object.hasOwn(spec.labels, name) && (value === undefined || spec.labels[name] === value)
  })
}

const foundOf = ({ id, spec, status, addresses }: FakeContainer): FoundContainer => ({
  ...{ id, status, name: spec.name, image: spec.image, imageId: `sha256:${spec.image}` },
  ...{ imageDigests: [spec.image], imageEnvironment: {}, labels: spec.labels },
  ...{ command: spec.command, entrypoint: spec.entrypoint, environment: spec.environment },
  ...{ mounts: spec.mounts, ports: spec.ports, restart: spec.restart },
  networkMode: spec.networks[0]?.network ?? 'none',
  networks: Object.fromEntries(
    spec.networks.map(({ network, aliases }) => [network, { aliases, address: addresses[network] ?? '' }]),
  ),
  user: spec.settings.user ?? '',
})

const absentNetwork = (name: string): TowpathError =>
  new TowpathError({
    code: 'NETWORK_NOT_FOUND',
    kind: 'not-found',
    message: `The host has no network ${name}.`,
    hint: 'Nothing was created.',
  })
