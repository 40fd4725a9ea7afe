import { createHash } from 'node:crypto'
import type { ContainerEngine, ContainerState, NetworkState } from '@towpath/app/ports/container-engine.ts'
import { redactor } from '@towpath/domain/config/redact.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { imageReference } from '@towpath/domain/release/image-reference.ts'
import { createBody } from './docker/create-body.ts'
import { containerNotFound, containerRunning, nameTaken, unlabelled } from './docker/container-errors.ts'
import { fillBody } from './docker/fill-body.ts'
import { pullFailure } from './docker/pull-failure.ts'
import { adoptedCalls } from './fake-adopted.ts'
import { FakeHost, type Behaviour, type FakeContainer } from './fake-host.ts'
import { belongsTogether, INSTALLATION_LABEL } from './labels.ts'

export interface FakeEngineOptions {
  /** How each container behaves once started; asked at every start. Default: it runs. */
  behaviour?: (spec: ContainerSpec) => Behaviour
  /** What a registry answers to a pull; throw to refuse. Default: it has every image. */
  onPull?: (image: string) => void
  secrets?: () => ReadonlyMap<string, string>
}

/**
 * An engine in memory that keeps the port's contract (`contract.ts`), for tests of what stands on it. `host` is the side
 * of the world: crashes, strangers, an engine that does not answer.
 */
export function fakeEngine(options: FakeEngineOptions = {}): { engine: ContainerEngine; host: FakeHost } {
  const host = new FakeHost(options.behaviour ?? (() => ({})))
  const secrets = options.secrets ?? (() => new Map<string, string>())
  return {
    host,
    engine: {
      ...hostCalls(host),
      ...imageCalls(host, options.onPull ?? (() => {})),
      ...networkCalls(host),
      ...containerCalls(host, secrets),
      ...adoptedCalls(host),
      ...logCalls(host, secrets),
    },
  }
}

function hostCalls(host: FakeHost): Pick<ContainerEngine, 'describe' | 'diskFreeBytes' | 'ensureVolume'> {
  return {
    async describe() {
      host.answerOrThrow()
      return { name: 'fake', version: '0', architecture: 'amd64', clock: host.clock() }
    },
    async diskFreeBytes() {
      host.answerOrThrow()
      return host.diskFreeBytes
    },
    async ensureVolume({ name, external }) {
      host.answerOrThrow()
      if (external && !host.volumes.has(name)) throw missing('VOLUME_NOT_FOUND', `volume ${name}`)
      host.volumes.add(name)
    },
  }
}

function imageCalls(
  host: FakeHost,
  onPull: (image: string) => void,
): Pick<ContainerEngine, 'hasImage' | 'platformsOf' | 'pullImage' | 'removeImage' | 'describeImage'> {
  return {
    async hasImage(image) {
      host.answerOrThrow()
      imageReference(image)
      return host.images.has(image)
    },
    async platformsOf(image) {
      host.answerOrThrow()
      imageReference(image)
      onPull(image)
      return host.platforms
    },
    async pullImage(image) {
      host.answerOrThrow()
      imageReference(image)
      if (host.images.has(image)) return
      onPull(image)
      host.images.add(image)
    },
    async describeImage(id) {
      host.answerOrThrow()
      const image = [...host.images].find((known) => imageIdOf(known) === id)
      if (image === undefined) return null
      return { digests: image.includes('@') ? [image] : [], labels: host.imageLabels.get(image) ?? {} }
    },
    async removeImage(image) {
      host.answerOrThrow()
      const isUsed = [...host.containers.values()].some(({ spec }) => spec.image === image)
      if (isUsed) throw refusal('IMAGE_IN_USE', `Image ${image} was not removed: a container needs it.`)
      host.images.delete(image)
    },
  }
}

function networkCalls(host: FakeHost): Pick<ContainerEngine, 'ensureNetwork' | 'networkState' | 'detach'> {
  const stateOf = (name: string, prefix: string): NetworkState => ({
    name,
    subnet: `${prefix}0/24`,
    members: [...host.containers.values()].flatMap((container) => memberOf(container, name)),
  })
  return {
    async ensureNetwork(spec) {
      host.answerOrThrow()
      if (spec.external && !host.networks.has(spec.name)) {
        throw missing('NETWORK_NOT_FOUND', `network ${spec.name}`)
      }
      const prefix = spec.subnet?.replace(/\d+\/\d+$/, '') ?? `10.200.${host.networks.size}.`
      const network = host.networks.get(spec.name) ?? { spec, prefix }
      host.networks.set(spec.name, network)
      return stateOf(spec.name, network.prefix)
    },
    async networkState(name) {
      host.answerOrThrow()
      const network = host.networks.get(name)
      return network === undefined ? null : stateOf(name, network.prefix)
    },
    async detach(name, network) {
      host.answerOrThrow()
      const container = host.byNameOrId(name)
      if (container === undefined) return
      const networks = container.spec.networks.filter((attachment) => attachment.network !== network)
      container.spec = { ...container.spec, networks }
      delete container.addresses[network]
    },
  }
}

function memberOf({ id, spec, addresses }: FakeContainer, network: string): NetworkState['members'] {
  const attachment = spec.networks.find((joined) => joined.network === network)
  const address = addresses[network]
  if (attachment === undefined || address === undefined) return []
  const aliases = [...new Set([spec.name, ...attachment.aliases])]
  return [{ container: spec.name, id, ours: INSTALLATION_LABEL in spec.labels, aliases, address }]
}

type ContainerCalls = Pick<
  ContainerEngine,
  'ensureRunning' | 'ensureRanOnce' | 'inspect' | 'list' | 'waitForExit' | 'stop' | 'remove'
>

function containerCalls(host: FakeHost, secrets: () => ReadonlyMap<string, string>): ContainerCalls {
  const ensureCreated = (spec: ContainerSpec): FakeContainer => {
    host.answerOrThrow()
    return ourContainer(host, spec, secrets())
  }
  return {
    async ensureRunning(spec) {
      const container = ensureCreated(spec)
      if (container.status === 'created' || container.status === 'exited') host.start(container)
      return stateOf(container)
    },
    async ensureRanOnce(spec) {
      const container = ensureCreated(spec)
      if (container.startedAt === null) host.start(container)
      return stateOf(container)
    },
    async inspect(name) {
      host.answerOrThrow()
      const container = host.containers.get(name)
      return container === undefined ? null : stateOf(container)
    },
    async list(labels) {
      host.answerOrThrow()
      return [...host.containers.values()].filter((container) => carries(container, labels)).map(stateOf)
    },
    waitForExit: (name, deadlineMs) => waitForExit(host, name, deadlineMs),
    async stop(name) {
      host.answerOrThrow()
      const container = oursOrNone(host, name)
      if (container === undefined || ['created', 'exited'].includes(container.status)) return
      container.spec = { ...container.spec, restart: { name: 'no' } }
      host.exit(name, { code: 0 })
    },
    async remove(name) {
      host.answerOrThrow()
      const container = oursOrNone(host, name)
      if (container === undefined) return
      if (container.status !== 'created' && container.status !== 'exited') throw containerRunning(name)
      host.containers.delete(name)
      host.changed()
    },
  }
}

async function waitForExit(host: FakeHost, name: string, deadlineMs: number): Promise<number | null> {
  const deadline = AbortSignal.timeout(deadlineMs)
  for (;;) {
    host.answerOrThrow()
    const container = host.containers.get(name)
    if (container === undefined) throw containerNotFound(name)
    if (container.status === 'exited') return container.exitCode
    if (deadline.aborted) return null
    await host.change(deadline)
  }
}

function logCalls(
  host: FakeHost,
  secrets: () => ReadonlyMap<string, string>,
): Pick<ContainerEngine, 'logs' | 'followLogs'> {
  const logOf = (name: string): FakeContainer => {
    host.answerOrThrow()
    const container = host.containers.get(name)
    if (container === undefined) throw containerNotFound(name)
    return container
  }
  const clean = (line: string) => redactor(secrets().values())(line)
  return {
    async logs(name, { tailLines }) {
      return logOf(name).log.slice(-tailLines).map(clean).join('\n')
    },
    async *followLogs(name, { tailLines, signal }) {
      const container = logOf(name)
      let at = Math.max(0, container.log.length - tailLines)
      while (!signal.aborted) {
        for (; at < container.log.length; at += 1) yield clean(container.log[at] ?? '')
        if (container.status !== 'running') return
        await host.change(signal)
      }
    },
  }
}

/** The same order of checks as the real engine: whose it is, secrets, image. */
function ourContainer(
  host: FakeHost,
  spec: ContainerSpec,
  secrets: ReadonlyMap<string, string>,
): FakeContainer {
  const installation = spec.labels[INSTALLATION_LABEL]
  if (installation === undefined) throw unlabelled(spec.name)
  const found = host.containers.get(spec.name)
  if (found !== undefined) {
    const { labels } = found.spec
    const owner = labels[INSTALLATION_LABEL] ?? null
    if (!belongsTogether(labels, spec.labels))
      throw nameTaken({ name: spec.name, installation: owner, labels })
    return found
  }
  fillBody(createBody(spec, []), { secrets, container: spec.name })
  const absent = spec.networks.find(({ network }) => !host.networks.has(network))
  if (absent !== undefined) throw missing('NETWORK_NOT_FOUND', `network ${absent.network}`)
  if (!host.images.has(spec.image)) throw pullFailure(spec.image, 'manifest unknown')
  return host.add(spec)
}

function oursOrNone(host: FakeHost, name: string): FakeContainer | undefined {
  const container = host.containers.get(name)
  if (container !== undefined && !(INSTALLATION_LABEL in container.spec.labels)) {
    throw nameTaken({ name, installation: null, labels: {} })
  }
  return container
}

const carries = ({ spec }: FakeContainer, labels: Record<string, string>): boolean =>
  Object.entries(labels).every(([name, value]) => spec.labels[name] === value)

const stateOf = ({ id, spec, log: _log, ...run }: FakeContainer): ContainerState => ({
  name: spec.name,
  id,
  image: spec.image,
  imageId: imageIdOf(spec.image),
  labels: spec.labels,
  ...run,
  addresses: { ...run.addresses },
})

/** One image has one id, and another image another one. */
const imageIdOf = (image: string): string => `sha256:${createHash('sha256').update(image).digest('hex')}`

const missing = (code: string, what: string): TowpathError =>
  new TowpathError({
    code,
    kind: 'not-found',
    message: `The host has no ${what}.`,
    hint: 'Nothing was created.',
  })

const refusal = (code: string, message: string): TowpathError =>
  new TowpathError({ code, kind: 'conflict', message, hint: 'Nothing was changed.' })
