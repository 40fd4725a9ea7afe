import type {
  ContainerSettings,
  ContainerSpec,
  Healthcheck,
  Mount,
  PublishedPort,
  RestartPolicy,
} from '@towpath/domain/deployment/container.ts'

/** A network to join, its fixed address worked out. */
export interface Endpoint {
  network: string
  aliases: string[]
  /** IPv4; `null` lets the engine choose. */
  address: string | null
}

/**
 * The body of Docker's `POST /containers/create` (API 1.41), as plain data. Only the first network goes in: that version
 * takes no second one here, the others are joined between create and start. Without networks the container has none.
 */
export function createBody(spec: ContainerSpec, endpoints: readonly Endpoint[]): Record<string, unknown> {
  const { settings } = spec
  const [first] = endpoints
  return defined({
    Image: spec.image,
    Cmd: spec.command ?? undefined,
    Entrypoint: spec.entrypoint ?? undefined,
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    Labels: spec.labels,
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    Healthcheck: spec.healthcheck === null ? undefined : healthcheckBody(spec.healthcheck),
    ...processBody(settings),
    HostConfig: defined({
      NetworkMode: first?.network ?? 'none',
      PortBindings: portBindings(spec.ports),
      RestartPolicy: restartBody(spec.restart),
      ...mountsBody(spec.mounts),
      ...resourcesBody(settings),
      ...isolationBody(settings),
      ...namesBody(settings),
      LogConfig: settings.logging && { Type: settings.logging.driver, Config: settings.logging.options },
    }),
    NetworkingConfig: first && { EndpointsConfig: { [first.network]: endpointBody(first) } },
  })
}

/** How a container stands on one network: for the create call and for joining later. */
export const endpointBody = ({ aliases, address }: Endpoint): Record<string, unknown> =>
  defined({ Aliases: aliases, IPAMConfig: address === null ? undefined : { IPv4Address: address } })

const processBody = (settings: ContainerSettings) =>
  defined({
    User: settings.user,
    WorkingDir: settings.workingDir,
    Hostname: settings.hostname,
    Domainname: settings.domainname,
    Tty: settings.tty,
    OpenStdin: settings.stdinOpen,
    StopSignal: settings.stopSignal,
    StopTimeout: settings.stopGraceMs === undefined ? undefined : Math.ceil(settings.stopGraceMs / 1000),
  })

const resourcesBody = (settings: ContainerSettings) =>
  defined({
    Memory: settings.memoryBytes,
    MemoryReservation: settings.memoryReservationBytes,
    MemorySwap: settings.memorySwapBytes,
    NanoCpus: settings.cpus === undefined ? undefined : Math.round(settings.cpus * 1e9),
    PidsLimit: settings.pidsLimit,
    OomScoreAdj: settings.oomScoreAdj,
    ShmSize: settings.shmSizeBytes,
    Ulimits: settings.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Devices: settings.devices?.map(({ host, container, permissions }) => ({
      PathOnHost: host,
      PathInContainer: container,
      CgroupPermissions: permissions,
    })),
  })

const isolationBody = (settings: ContainerSettings) =>
  defined({
    Init: settings.init,
    Privileged: settings.privileged,
    ReadonlyRootfs: settings.readOnly,
    PidMode: settings.pid,
    IpcMode: settings.ipc,
    UsernsMode: settings.userns,
    CapAdd: settings.capAdd,
    CapDrop: settings.capDrop,
    SecurityOpt: settings.securityOpt,
    GroupAdd: settings.groupAdd,
    Sysctls: settings.sysctls,
  })

const namesBody = (settings: ContainerSettings) =>
  defined({
    Dns: settings.dns,
    DnsSearch: settings.dnsSearch,
    DnsOptions: settings.dnsOptions,
    ExtraHosts: settings.extraHosts,
  })

const NANOSECONDS_PER_MS = 1_000_000

const healthcheckBody = (check: Healthcheck) => ({
  Test: check.test,
  Interval: check.intervalMs * NANOSECONDS_PER_MS,
  Timeout: check.timeoutMs * NANOSECONDS_PER_MS,
  StartPeriod: check.startPeriodMs * NANOSECONDS_PER_MS,
  Retries: check.retries,
})

/** A restart policy as the engine writes it. */
export const restartBody = (restart: RestartPolicy) =>
  restart.name === 'on-failure'
    ? { Name: restart.name, MaximumRetryCount: restart.retries }
    : { Name: restart.name }

const portKey = ({ containerPort, protocol }: PublishedPort): string => `${containerPort}/${protocol}`

function portBindings(ports: readonly PublishedPort[]) {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const port of ports) {
    const binding = { HostIp: port.hostAddress, HostPort: String(port.hostPort) }
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding]
  }
  return bindings
}

/** Docker makes a missing host folder only for the old `Binds` notation, which has no place for a colon in a path. */
const isBindNotation = (mount: Mount): boolean =>
  mount.type === 'bind' && mount.createHostPath && !`${mount.source}${mount.target}`.includes(':')

const mountsBody = (mounts: readonly Mount[]) => ({
  Binds: mounts.filter(isBindNotation).map(bindText),
  Mounts: mounts.filter((mount) => !isBindNotation(mount)).map(mountBody),
})

const bindText = (mount: Mount): string =>
  mount.type === 'bind' ? `${mount.source}:${mount.target}${mount.readOnly ? ':ro' : ''}` : ''

function mountBody(mount: Mount): Record<string, unknown> {
  if (mount.type === 'tmpfs') {
    const size = mount.sizeBytes === null ? undefined : { SizeBytes: mount.sizeBytes }
    return defined({ Type: mount.type, Target: mount.target, TmpfsOptions: size })
  }
  return { Type: mount.type, Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly }
}

/** Without the fields that are undefined: absent means the engine's own default. */
const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
