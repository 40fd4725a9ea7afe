import type { FoundContainer } from '@towpath/domain/adoption/running/found-container.ts'
import type {
  AdoptedContainer,
  Attachment,
  ContainerSpec,
  NetworkSpec,
  VolumeSpec,
} from '@towpath/domain/deployment/container.ts'

/**
 * The engine of one host. Every call has a deadline and may be repeated: `ensure*` and `remove*` converge.
 * Transport faults throw a retryable TowpathError (`ENGINE_UNREACHABLE`); what the engine refuses for good throws one
 * that is not. Containers that do not carry our labels are never changed, except by `detach` on an explicit command and by
 * the calls for adopted ones, which name them by id.
 */
export interface ContainerEngine {
  /** `clock` is the host's own time, RFC 3339; `null` where the engine tells none. */
  describe(): Promise<{ name: string; version: string; architecture: string; clock: string | null }>
  /** Free bytes where images live; `null` where the engine cannot tell. */
  diskFreeBytes(): Promise<number | null>

  /** True when the image is on the host by exactly this digest reference. */
  hasImage(image: string): Promise<boolean>
  /**
   * Platforms (`linux/arm64`) of an image as the engine itself finds it at its registry, by tag or digest; empty where the
   * engine cannot tell. Pulls nothing. What is wrong at the registry throws as it does for a pull.
   */
  platformsOf(image: string, credentials: RegistryCredentials | null): Promise<string[]>
  /** Pulls by digest unless present. Credentials never reach a log. */
  pullImage(image: string, credentials: RegistryCredentials | null): Promise<void>
  removeImage(image: string): Promise<void>
  /** What the host knows of an image by its id (`sha256:...`); `null` when it has none. */
  describeImage(id: string): Promise<ImageDescription | null>

  /** Creates the network unless it exists; tells its base address, pinned so that fixed addresses hold. */
  ensureNetwork(spec: NetworkSpec): Promise<NetworkState>
  ensureVolume(spec: VolumeSpec): Promise<void>
  networkState(name: string): Promise<NetworkState | null>

  /**
   * Creates (unless it exists by name) and starts (unless running). The same name means the same container: one that
   * exited is started again. All networks are joined before the start.
   */
  ensureRunning(spec: ContainerSpec): Promise<ContainerState>
  /** As `ensureRunning`, for one-shot work: a container that ever started is never started a second time. */
  ensureRanOnce(spec: ContainerSpec): Promise<ContainerState>
  inspect(name: string): Promise<ContainerState | null>
  list(labels: Record<string, string>): Promise<ContainerState[]>
  /** Waits for the exit of a one-shot container; `null` when the deadline passed first. `CONTAINER_NOT_FOUND` if gone. */
  waitForExit(name: string, deadlineMs: number): Promise<number | null>
  /** SIGTERM, grace, SIGKILL. Fine when already stopped or gone. */
  stop(name: string, graceMs: number): Promise<void>
  /** Removes a stopped container; fine when gone. A running one is refused (`CONTAINER_RUNNING`): stop it first. */
  remove(name: string): Promise<void>
  /** Standard output and error, oldest first, secret values taken out. `CONTAINER_NOT_FOUND` if gone. */
  logs(name: string, options: { tailLines: number }): Promise<string>
  /** One line each, secret values taken out; ends when the container stops or `signal` aborts. */
  followLogs(name: string, options: { tailLines: number; signal: AbortSignal }): AsyncIterable<string>
  /** Takes a container off a network, also one that is not ours; fine when it is not there, or gone. */
  detach(container: string, network: string): Promise<void>

  /** Everything of the containers that carry these labels (a name alone: with any value), whoever made them. */
  find(labels: readonly string[]): Promise<FoundContainer[]>
  /** By name or id, running or not: joins the network at that place. Free where it stands there. */
  attach(container: string, attachment: Attachment): Promise<void>
  /** Brings an adopted container up as it was found. Free where it runs. `ADOPTED_GONE` where it was removed. */
  startAdopted(container: AdoptedContainer): Promise<void>
  /** As `stop`; it also stays down when the engine starts again. Nothing of it is lost, fine when gone. */
  stopAdopted(container: AdoptedContainer, graceMs: number): Promise<void>
  /** Puts back the restart policy that an adopted container was found with, running or not; fine when gone. */
  releaseAdopted(container: AdoptedContainer): Promise<void>
  /** Removes a network of ours that nobody stands on; fine when gone. */
  removeNetwork(name: string): Promise<void>
}

export interface RegistryCredentials {
  username: string
  password: string
}

export interface NetworkState {
  name: string
  /** IPv4, as `10.1.2.0/24`; empty for a network without addresses of its own (`host`, `none`). */
  subnet: string
  members: { container: string; id: string; ours: boolean; aliases: string[]; address: string }[]
}

export interface ImageDescription {
  /** `repository@sha256:...`, one for each registry it came from or went to; none where it was built here. */
  digests: string[]
  labels: Record<string, string>
}

export interface ContainerState {
  name: string
  id: string
  /** As whoever made it named its image. */
  image: string
  /** `sha256:...` of the image on the host. */
  imageId: string
  labels: Record<string, string>
  status: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead'
  /** What the container's own healthcheck says; `none` where it has none. */
  health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  /** Of the last run; `null` while it runs and where it never ran. */
  exitCode: number | null
  oomKilled: boolean
  restarts: number
  /** ISO 8601; `null` where it never started. */
  startedAt: string | null
  /** IPv4 address by network name. */
  addresses: Record<string, string>
}
