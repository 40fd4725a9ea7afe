import type { ResolvedConfig } from '../config/resolved-config.ts'
import { serviceOf } from '../edge/replica.ts'
import type { ComposeModel, ComposeService } from '../project/compose-model.ts'
import type { Attachment, ContainerSpec } from './container.ts'
import type { PlanInput } from './plan-deployment.ts'

export type ContainerRole = 'candidate' | 'job' | 'accessory' | 'edge' | 'network' | 'volume'

/** Labels that say a thing is ours, and of what. Only things that carry them are ever changed or removed. */
export function ourLabels(
  { installation, config, release }: PlanInput,
  role: ContainerRole,
  service?: string,
): Record<string, string> {
  const perRelease = role === 'candidate' || role === 'job'
  return {
    'towpath.installation': installation,
    'towpath.project': config.project,
    'towpath.environment': config.environment,
    'towpath.role': role,
    ...(service === undefined ? {} : { 'towpath.service': service }),
    ...(perRelease ? { 'towpath.release': release.version } : {}),
  }
}

/** A container as the compose file describes it, with the names it has there. */
export function containerFor(service: ComposeService, input: PlanInput, role: ContainerRole): ContainerSpec {
  return {
    name: service.containerName ?? `${input.model.name}-${service.name}-1`,
    image: service.image ?? '',
    command: service.command,
    entrypoint: service.entrypoint,
    environment: service.environment,
    labels: { ...service.labels, ...ourLabels(input, role, service.name) },
    mounts: service.mounts,
    networks: networkAttachments(service, input.model, (aliases) => aliases),
    ports: service.ports,
    restart: service.restart,
    healthcheck: service.healthcheck,
    settings: service.settings,
  }
}

/** The service's networks by their engine names. `keep` chooses which of its names it answers to there. */
export function networkAttachments(
  service: ComposeService,
  model: ComposeModel,
  keep: (aliases: string[]) => string[],
): Attachment[] {
  return Object.entries(service.networks).map(([key, attachment]) => ({
    network: model.networks[key]?.name ?? key,
    aliases: keep(namesOf(service, attachment.aliases)),
    ...(attachment.address === undefined || keep(['']).length === 0 ? {} : { address: attachment.address }),
  }))
}

/** Every name that neighbours may know a service by. */
export const namesOf = (service: ComposeService, aliases: string[]): string[] => [
  ...new Set([service.name, ...(service.containerName === null ? [] : [service.containerName]), ...aliases]),
]

/** The names of a service of the config, by the key of its place, on all its networks. */
export function networkAliasesOf(config: ResolvedConfig, model: ComposeModel, key: string): string[] {
  const compose = config.services.find(({ name }) => name === serviceOf(key))?.compose ?? ''
  const service = model.services[compose]
  if (service === undefined) return []
  return namesOf(
    service,
    Object.values(service.networks).flatMap(({ aliases }) => aliases),
  )
}
