import type { ServiceConfig } from '../config/resolved-config.ts'
import type { ComposeModel } from '../project/compose-model.ts'

/** Shipped services with those that others need first; the order of the file breaks ties. Cycles keep that order. */
export function inOrderOfNeed(services: ServiceConfig[], model: ComposeModel): ServiceConfig[] {
  const ordered: ServiceConfig[] = []
  const visit = (service: ServiceConfig, path: Set<string>): void => {
    if (ordered.includes(service) || path.has(service.compose)) return
    const needed = model.services[service.compose]?.dependsOn ?? {}
    for (const other of services)
      if (needed[other.compose] !== undefined) visit(other, new Set([...path, service.compose]))
    ordered.push(service)
  }
  for (const service of services) visit(service, new Set())
  return ordered
}

/**
 * Groups of services that start together. A service is in a later wave only when it waits for another one's health
 * (`condition: service_healthy`); mere start order needs no waiting.
 */
export function wavesOf(services: ServiceConfig[], model: ComposeModel): string[][] {
  const waves: string[][] = []
  const waveOf = new Map<string, number>()
  for (const service of inOrderOfNeed(services, model)) {
    const needed = Object.entries(model.services[service.compose]?.dependsOn ?? {})
    const after = needed.map(([compose, dependency]) => {
      const known = waveOf.get(compose)
      if (known === undefined) return 0
      return dependency.condition === 'service_healthy' ? known + 1 : known
    })
    const wave = Math.max(0, ...after)
    waveOf.set(service.compose, wave)
    waves[wave] = [...(waves[wave] ?? []), service.name]
  }
  return waves
}
