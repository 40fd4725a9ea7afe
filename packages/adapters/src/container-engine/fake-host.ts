import type { ContainerState } from '@towpath/app/ports/container-engine.ts'
import type { ContainerSpec, NetworkSpec } from '@towpath/domain/deployment/container.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** How a container behaves once started. Empty: it runs, prints nothing and has no healthcheck result. */
export interface Behaviour {
  prints?: string[]
  /** Exits at once with this code. */
  exits?: number
  oomKilled?: boolean
  health?: ContainerState['health']
}

export interface FakeContainer {
  id: string
  spec: ContainerSpec
  status: ContainerState['status']
  health: ContainerState['health']
  exitCode: number | null
  oomKilled: boolean
  restarts: number
  startedAt: string | null
  addresses: Record<string, string>
  log: string[]
}

export interface FakeNetwork {
  spec: NetworkSpec
  /** `10.200.n.`; the subnet is the /24 over it. */
  prefix: string
}

const FOREIGN_SPEC: Omit<ContainerSpec, 'name' | 'networks'> = {
  image: 'foreign',
  command: null,
  entrypoint: null,
  environment: {},
  labels: {},
  mounts: [],
  ports: [],
  restart: { name: 'no' },
  healthcheck: null,
  settings: {},
}

/** A host in memory: what a test looks at, and what it makes happen behind Towpath's back. */
export class FakeHost {
  readonly containers = new Map<string, FakeContainer>()
  readonly networks = new Map<string, FakeNetwork>()
  readonly volumes = new Set<string>()
  readonly images = new Set<string>()
  readonly imageLabels = new Map<string, Record<string, string>>()
  diskFreeBytes: number | null = 100 * 2 ** 30
  /** Of every image, as its registry tells them. */
  platforms = ['linux/amd64', 'linux/arm64']
  clock = (): string | null => new Date().toISOString()
  private callsToRefuse = 0
  private started = 0
  private readonly watchers = new Set<() => void>()
  private readonly behaviourOf: (spec: ContainerSpec) => Behaviour

  constructor(behaviourOf: (spec: ContainerSpec) => Behaviour) {
    this.behaviourOf = behaviourOf
  }

  /** The next `calls` calls find no engine; `Infinity` until `comeBack`. */
  goAway(calls = Infinity): void {
    this.callsToRefuse = calls
  }

  comeBack(): void {
    this.callsToRefuse = 0
  }

  /** Every call passes here first. */
  answerOrThrow(): void {
    if (this.callsToRefuse === 0) return
    this.callsToRefuse -= 1
    throw new TowpathError({
      code: 'ENGINE_UNREACHABLE',
      kind: 'unreachable',
      message: 'The container engine does not answer (made so by the test).',
      hint: 'What runs keeps running.',
      retryable: true,
    })
  }

  /** A container that somebody else made, running. */
  addForeign(
    name: string,
    networks: ContainerSpec['networks'] = [],
    more: Partial<ContainerSpec> = {},
  ): void {
    this.start(this.add({ ...FOREIGN_SPEC, ...more, name, networks }))
  }

  add(spec: ContainerSpec): FakeContainer {
    const container: FakeContainer = {
      id: `${this.containers.size + 1}-${spec.name}`,
      spec,
      status: 'created',
      health: 'none',
      exitCode: null,
      oomKilled: false,
      restarts: 0,
      startedAt: null,
      addresses: {},
      log: [],
    }
    this.containers.set(spec.name, container)
    return container
  }

  start(container: FakeContainer): void {
    const behaviour = this.behaviourOf(container.spec)
    this.started += 1
    container.status = 'running'
    container.exitCode = null
    container.startedAt = new Date(this.started * 1000).toISOString()
    container.health = behaviour.health ?? 'none'
    container.addresses = this.addressesFor(container.spec)
    container.log.push(...(behaviour.prints ?? []))
    if (behaviour.exits === undefined) this.changed()
    else this.exit(container.spec.name, { code: behaviour.exits, oomKilled: behaviour.oomKilled ?? false })
  }

  /** Ends a container the way a crash does: its restart policy applies. */
  exit(name: string, { code, oomKilled = false }: { code: number; oomKilled?: boolean }): void {
    const container = this.found(name)
    const { restart } = container.spec
    const comesBack = restart.name === 'on-failure' ? code !== 0 : restart.name !== 'no'
    container.exitCode = code
    container.oomKilled = oomKilled
    container.status = comesBack ? 'restarting' : 'exited'
    container.restarts += comesBack ? 1 : 0
    container.addresses = {}
    this.changed()
  }

  /** Gives a running container the addresses of the networks that it joined since. */
  settle(container: FakeContainer): void {
    container.addresses = { ...this.addressesFor(container.spec), ...container.addresses }
    this.changed()
  }

  print(name: string, line: string): void {
    this.found(name).log.push(line)
    this.changed()
  }

  byNameOrId(name: string): FakeContainer | undefined {
    return this.containers.get(name) ?? [...this.containers.values()].find(({ id }) => id === name)
  }

  found(name: string): FakeContainer {
    const container = this.containers.get(name)
    if (container === undefined) throw new Error(`the fake host has no container ${name}`)
    return container
  }

  changed(): void {
    for (const watcher of this.watchers) watcher()
  }

  /** Resolves at the next change, or when `signal` aborts. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.watchers.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      if (signal.aborted) return resolve()
      this.watchers.add(done)
      signal.addEventListener('abort', done)
    })
  }

  private addressesFor({ networks }: ContainerSpec): Record<string, string> {
    return Object.fromEntries(
      networks.map(({ network, address, offset }) => [network, address ?? this.freeAddress(network, offset)]),
    )
  }

  private freeAddress(network: string, offset: number | undefined): string {
    const prefix = this.networks.get(network)?.prefix ?? '10.250.0.'
    const taken = new Set([...this.containers.values()].map(({ addresses }) => addresses[network]))
    const free = Array.from({ length: 120 }, (_, index) => `${prefix}${129 + index}`)
    return offset === undefined ? (free.find((address) => !taken.has(address)) ?? '') : `${prefix}${offset}`
  }
}
