import type {
  ContainerSettings,
  Healthcheck,
  Mount,
  PublishedPort,
  RestartPolicy,
} from '../deployment/container.ts'

/** The compose file after interpolation, defaults and short forms are resolved. Secrets are placeholders. */
export interface ComposeModel {
  /** Compose project name. */
  name: string
  services: Record<string, ComposeService>
  networks: Record<string, ComposeNetwork>
  volumes: Record<string, ComposeVolume>
}

export interface ComposeService {
  name: string
  /** Absent only where the service has just a `build`. */
  image: string | null
  hasBuild: boolean
  profiles: string[]
  containerName: string | null
  command: string[] | null
  entrypoint: string[] | null
  environment: Record<string, string>
  labels: Record<string, string>
  /** Volumes by the engine's name; an anonymous one has the empty source. */
  mounts: Mount[]
  /** Key: compose network key, in order of joining. Aliases hold the service's own name and its `container_name`. */
  networks: Record<string, { aliases: string[]; address?: string }>
  networkMode: string | null
  /** Host port 0: the engine chooses one. */
  ports: PublishedPort[]
  expose: number[]
  dependsOn: Record<string, Dependency>
  restart: RestartPolicy
  healthcheck: Healthcheck | null
  replicas: number
  settings: ContainerSettings
  /** Where the service starts in its file, for messages. */
  line: number
}

export interface Dependency {
  condition: 'service_started' | 'service_healthy' | 'service_completed_successfully'
  required: boolean
}

export interface ComposeNetwork {
  key: string
  /** The engine's name: `name:` of the file, else `<project>_<key>`. */
  name: string
  driver: string
  internal: boolean
  external: boolean
  subnet?: string
  gateway?: string
  labels: Record<string, string>
  options: Record<string, string>
}

export interface ComposeVolume {
  key: string
  name: string
  driver: string
  external: boolean
  labels: Record<string, string>
  options: Record<string, string>
}
