import type { FoundContainer } from '@towpath/domain/adoption/running/found-container.ts'
import type { Mount, PublishedPort, RestartPolicy } from '@towpath/domain/deployment/container.ts'
import { z } from 'zod'
import { readAnswer } from './client.ts'

const words = z.array(z.string()).nullish()

const mountSchema = z.object({
  Type: z.string(),
  Name: z.string().optional(),
  Source: z.string().optional(),
  Destination: z.string(),
  RW: z.boolean(),
})

const containerSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  State: z.object({
    Status: z.enum(['created', 'running', 'restarting', 'paused', 'exited', 'dead', 'removing']),
  }),
  Config: z.object({
    Image: z.string(),
    User: z.string().default(''),
    Env: words,
    Cmd: words,
    Entrypoint: words,
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.object({
    NetworkMode: z.string().default(''),
    RestartPolicy: z
      .object({ Name: z.string().default(''), MaximumRetryCount: z.number().default(0) })
      .nullish(),
    PortBindings: z
      .record(
        z.string(),
        z.array(z.object({ HostIp: z.string().default(''), HostPort: z.string().default('') })).nullish(),
      )
      .nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
  }),
  Mounts: z.array(mountSchema).default([]),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ IPAddress: z.string().default(''), Aliases: words })).nullish(),
  }),
})

/** An image that is gone gives an empty answer. */
const imageSchema = z.object({
  RepoDigests: words,
  Config: z.object({ Env: words }).nullish(),
})

/** Reads the engine's answers to inspecting a container and its image. */
export function readFound(container: unknown, image: unknown): FoundContainer {
  const doing = 'read what runs'
  const { Config, HostConfig, State, ...rest } = readAnswer(containerSchema, container, doing)
  const { RepoDigests, Config: imageConfig } = readAnswer(imageSchema, image, doing)
  return {
    id: rest.Id,
    name: rest.Name.replace(/^\//, ''),
    status: State.Status === 'removing' ? 'dead' : State.Status,
    image: Config.Image,
    imageId: rest.Image,
    imageDigests: RepoDigests ?? [],
    imageEnvironment: variablesIn(imageConfig?.Env),
    labels: Config.Labels ?? {},
    command: Config.Cmd ?? null,
    entrypoint: Config.Entrypoint ?? null,
    environment: variablesIn(Config.Env),
    mounts: [...rest.Mounts.map(mountOf), ...tmpfsOf(HostConfig.Tmpfs ?? {})],
    networkMode: HostConfig.NetworkMode,
    networks: Object.fromEntries(
      Object.entries(rest.NetworkSettings.Networks ?? {}).map(([network, { Aliases, IPAddress }]) => [
        network,
        { aliases: Aliases ?? [], address: IPAddress },
      ]),
    ),
    ports: portsOf(HostConfig.PortBindings ?? {}),
    restart: restartOf(HostConfig.RestartPolicy ?? null),
    user: Config.User,
  }
}

const variablesIn = (lines: readonly string[] | null | undefined): Record<string, string> =>
  Object.fromEntries(
    (lines ?? []).map((row) => {
      const at = row.indexOf('=')
      return at === -1 ? [row, ''] : [row.slice(0, at), row.slice(at + 1)]
    }),
  )

function mountOf({ Type, Name, Source, Destination, RW }: z.infer<typeof mountSchema>): Mount {
  if (Type === 'tmpfs') return { type: 'tmpfs', target: Destination, sizeBytes: null }
  if (Type === 'volume')
    return {
      type: 'volume',
      source: isAnonymous(Name) ? '' : (Name ?? ''),
      target: Destination,
      readOnly: !RW,
    }
  return { type: 'bind', source: Source ?? '', target: Destination, readOnly: !RW, createHostPath: false }
}

/** The engine gives a volume without a name 64 hex digits. */
const isAnonymous = (name: string | undefined): boolean => /^[0-9a-f]{64}$/.test(name ?? '')

const tmpfsOf = (tmpfs: Record<string, string>): Mount[] =>
  Object.keys(tmpfs).map((target) => ({ type: 'tmpfs', target, sizeBytes: null }))

const portsOf = (
  bindings: Record<string, { HostIp: string; HostPort: string }[] | null | undefined>,
): PublishedPort[] =>
  Object.entries(bindings).flatMap(([key, held]) => {
    const [port = '', protocol] = key.split('/')
    return (held ?? []).map(({ HostIp, HostPort }) => ({
      hostAddress: HostIp,
      hostPort: Number(HostPort),
      containerPort: Number(port),
      protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
    }))
  })

function restartOf(policy: { Name: string; MaximumRetryCount: number } | null): RestartPolicy {
  const name = policy?.Name ?? 'no'
  if (name === 'on-failure') return { name, retries: policy?.MaximumRetryCount ?? 0 }
  return name === 'always' || name === 'unless-stopped' ? { name } : { name: 'no' }
}
