import type { Mount, PublishedPort, RestartPolicy } from '../../deployment/container.ts'

/**
 * A container as it stands on a host, whoever made it. Holds the values of its variables, so it is for decisions in
 * memory alone: no event, no log and no answer may carry it.
 */
export interface FoundContainer {
  id: string
  name: string
  status: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead'
  /** As it was asked for: `registry.example/team/api:1.4.2`. */
  image: string
  /** What the engine knows the image by, whatever it is called: `sha256:...`. */
  imageId: string
  /** `repository@sha256:...` for each registry the image came from; empty where it exists on this host alone. */
  imageDigests: string[]
  /** Variables that the image sets by itself. */
  imageEnvironment: Record<string, string>
  labels: Record<string, string>
  command: string[] | null
  entrypoint: string[] | null
  environment: Record<string, string>
  mounts: Mount[]
  /** `host`, `none`, `container:...`, or the name of its first network. */
  networkMode: string
  /** Names and address by network. */
  networks: Record<string, { aliases: string[]; address: string }>
  ports: PublishedPort[]
  restart: RestartPolicy
  user: string
}

/** What Compose writes on everything that it makes. */
export const composeLabels = {
  project: 'com.docker.compose.project',
  /** Where it was started. */
  folder: 'com.docker.compose.project.working_dir',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  configHash: 'com.docker.compose.config-hash',
  oneOff: 'com.docker.compose.oneoff',
} as const

/** The compose service a container is of; null for what Compose did not make, and for what `compose run` made. */
export const composeServiceOf = ({ labels }: Pick<FoundContainer, 'labels'>): string | null =>
  labels[composeLabels.oneOff]?.toLowerCase() === 'true' ? null : (labels[composeLabels.service] ?? null)
