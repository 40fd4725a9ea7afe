/** A container as we ask an engine for it: data, no calls. Units last; names as in the compose specification. */
export interface ContainerSpec {
  /** Unique on the host; asking again for the same name is asking for the same container. */
  name: string
  /** `repository@sha256:...` for builds; as written in the compose file for accessories. */
  image: string
  /** `null` keeps what the image says. */
  command: string[] | null
  entrypoint: string[] | null
  /** Values may hold secret placeholders (see config/secret-placeholder.ts); never a secret. */
  environment: Record<string, string>
  labels: Record<string, string>
  mounts: Mount[]
  networks: Attachment[]
  ports: PublishedPort[]
  restart: RestartPolicy
  healthcheck: Healthcheck | null
  settings: ContainerSettings
}

/**
 * A container that a team's own Compose made and that serves a release as it stands. Known by its id: another one by its
 * name is another one.
 */
export interface AdoptedContainer {
  id: string
  name: string
  /** What it was found with: put back whenever it is started. */
  restart: RestartPolicy
}

export type RestartPolicy =
  | { name: 'no' | 'always' | 'unless-stopped' }
  | { name: 'on-failure'; retries: number }

export type Mount =
  | { type: 'bind'; source: string; target: string; readOnly: boolean; createHostPath: boolean }
  | { type: 'volume'; source: string; target: string; readOnly: boolean }
  | { type: 'tmpfs'; target: string; sizeBytes: number | null }

/** One network the container joins. `network` is the engine's name for it, not the compose key. */
export interface Attachment {
  network: string
  aliases: string[]
  /** Fixed address, or where `offset` is given, the network's base address plus that number. */
  address?: string
  offset?: number
}

export interface PublishedPort {
  hostAddress: string
  hostPort: number
  containerPort: number
  protocol: 'tcp' | 'udp'
}

export interface Healthcheck {
  /** `['CMD', ...]`, `['CMD-SHELL', '...']` or `['NONE']`. */
  test: string[]
  intervalMs: number
  timeoutMs: number
  startPeriodMs: number
  retries: number
}

/** What the compose file says of a container and we pass on untouched. All optional: absent means the engine's default. */
export interface ContainerSettings {
  user?: string
  workingDir?: string
  hostname?: string
  domainname?: string
  init?: boolean
  tty?: boolean
  stdinOpen?: boolean
  privileged?: boolean
  readOnly?: boolean
  stopSignal?: string
  stopGraceMs?: number
  shmSizeBytes?: number
  memoryBytes?: number
  memoryReservationBytes?: number
  memorySwapBytes?: number
  cpus?: number
  pidsLimit?: number
  oomScoreAdj?: number
  platform?: string
  pid?: string
  ipc?: string
  userns?: string
  capAdd?: string[]
  capDrop?: string[]
  securityOpt?: string[]
  groupAdd?: string[]
  dns?: string[]
  dnsSearch?: string[]
  dnsOptions?: string[]
  extraHosts?: string[]
  sysctls?: Record<string, string>
  ulimits?: { name: string; soft: number; hard: number }[]
  devices?: { host: string; container: string; permissions: string }[]
  logging?: { driver: string; options: Record<string, string> }
}

export interface NetworkSpec {
  /** The engine's name. */
  name: string
  driver: string
  internal: boolean
  labels: Record<string, string>
  options: Record<string, string>
  /** Given in the file; where absent the engine chooses and we pin what it chose, so that fixed addresses are possible. */
  subnet?: string
  gateway?: string
  /** Declared `external`: must exist, is never created nor removed. */
  external: boolean
}

export interface VolumeSpec {
  name: string
  driver: string
  options: Record<string, string>
  labels: Record<string, string>
  external: boolean
}
