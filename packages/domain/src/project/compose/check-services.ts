import type { ComposeService, Dependency } from '../compose-model.ts'
import type { Findings, Place } from './findings.ts'
import { childOf } from './tree.ts'
import type { MapTree } from './tree.ts'

/** Every service of the file, with profiles on or off, and where problems are told. */
export interface Placed {
  placed: readonly { name: string; tree: MapTree }[]
  findings: Findings
}

/** Finds dependencies on nothing and in circles. Optional ones on services that are not there are taken out. */
export function checkDependencies(services: readonly ComposeService[], among: Placed): ComposeService[] {
  const active = new Set(services.map(({ name }) => name))
  const kept = services.map((service) => ({
    ...service,
    dependsOn: Object.fromEntries(
      Object.entries(service.dependsOn).filter(
        ([name, dependency]) => active.has(name) || tellMissing({ service, name, dependency }, among),
      ),
    ),
  }))
  const circle = circleIn(kept)
  if (circle !== null) {
    const message = `services depend on each other in a circle: ${circle.join(' -> ')}`
    among.findings.problem(
      placeOf(circle[0] ?? '', 'depends_on', among),
      message,
      'Take one of these dependencies out.',
    )
  }
  return kept
}

/** Always false: the dependency is not kept. */
function tellMissing(
  missing: { service: ComposeService; name: string; dependency: Dependency },
  among: Placed,
): false {
  const { service, name, dependency } = missing
  const isDefined = among.placed.some((other) => other.name === name)
  const message = `${service.name} depends on ${name}, ${isDefined ? 'whose profile is off' : 'which the file does not define'}`
  const at = placeOf(service.name, 'depends_on', among)
  if (dependency.required)
    among.findings.problem(at, message, 'Define it, turn its profile on, or write "required: false".')
  else if (!isDefined) among.findings.warn(at, message, 'The dependency is optional and was left out.')
  return false
}

/** Two containers of one engine cannot have the same name. */
export function checkContainerNames(services: readonly ComposeService[], among: Placed): void {
  const holders = new Map<string, string>()
  for (const { name, containerName } of services) {
    if (containerName === null) continue
    const holder = holders.get(containerName)
    holders.set(containerName, name)
    if (holder === undefined) continue
    const message = `${holder} and ${name} both have the container_name "${containerName}"`
    among.findings.problem(placeOf(name, 'container_name', among), message, 'Give each its own, or none.')
  }
}

function placeOf(service: string, key: string, { placed }: Placed): Place {
  const tree = placed.find(({ name }) => name === service)?.tree
  return childOf(tree, key)?.at ?? tree?.at ?? { file: '', line: 1, col: 1 }
}

/** The first circle of dependencies, closed by its first name; null where there is none. */
function circleIn(services: readonly ComposeService[]): string[] | null {
  const needs = new Map(services.map(({ name, dependsOn }) => [name, Object.keys(dependsOn)]))
  const done = new Set<string>()
  const walk = (name: string, path: readonly string[]): string[] | null => {
    const start = path.indexOf(name)
    if (start !== -1) return [...path.slice(start), name]
    if (done.has(name)) return null
    done.add(name)
    return firstOf(needs.get(name) ?? [], (next) => walk(next, [...path, name]))
  }
  return firstOf([...needs.keys()], (name) => walk(name, []))
}

function firstOf<T>(names: readonly string[], find: (name: string) => T | null): T | null {
  for (const name of names) {
    const found = find(name)
    if (found !== null) return found
  }
  return null
}
