import type { Reading } from '../reading.ts'
import { resolvedEnvironment, resolvedLabels } from '../read-environment.ts'
import { childOf, entriesOf, textOf, textTree, mapTree, nullTree, withEntries } from '../tree.ts'
import type { Entry, MapTree } from '../tree.ts'
import { configs, models, networks, secrets, volumes } from './resource-shape.ts'
import { serviceShape } from './service-shape.ts'
import { plainJson } from './shape.ts'
import type { Json, Shape } from './shape.ts'

const SECTIONS: Readonly<Record<string, Shape>> = { networks, volumes, secrets, configs, models }

/**
 * The whole model in the names of `docker compose config --format json`: services whose profiles are on, and everything
 * else that the files define. A value that is none of its kind is told at its place.
 */
export function printModel(reading: Reading, active: ReadonlySet<string>): Record<string, Json> {
  const services = entriesOf(childOf(reading.file, 'services')).map(([name, { at, value }]) => {
    const service: MapTree = value.kind === 'map' ? { ...value, at } : mapTree(at, [])
    const isActive = active.has(name)
    const whole = isActive ? withFiles({ ...reading, name, service }) : service
    return { name, isActive, shown: serviceShape(whole, reading.findings) ?? {} }
  })
  const shown = services
    .filter(({ isActive }) => isActive)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((service): [string, Json] => [service.name, service.shown])
  const sections = Object.entries(SECTIONS).flatMap(([key, shape]): [string, Json][] => {
    const value = shape(childOf(reading.file, key), reading.findings)
    return value === undefined ? [] : [[key, value]]
  })
  const notes = entriesOf(reading.file).flatMap(([key, { value }]): [string, Json][] =>
    key.startsWith('x-') ? [[key, plainJson(value)]] : [],
  )
  return Object.fromEntries([
    ['name', reading.projectName],
    ['services', Object.fromEntries(shown)],
    ...sections,
    ...notes,
  ])
}

/** The service with its environment and labels as a container gets them: from files, under its own. */
function withFiles(reading: Reading & { name: string; service: MapTree }): MapTree {
  const { service } = reading
  const texts = (values: ReadonlyMap<string, string | null>): Entry => {
    const entries = [...values].map(([key, value]): [string, Entry] => [
      key,
      { at: service.at, value: value === null ? nullTree(service.at) : textTree(service.at, value) },
    ])
    return { at: service.at, value: mapTree(service.at, entries) }
  }
  return withEntries(service, [
    ...service.entries,
    ['environment', texts(resolvedEnvironment(reading))],
    ['labels', texts(resolvedLabels(reading))],
    ...buildWithArguments(reading),
  ])
}

/** Arguments of a build without a value come from the variables; those that are not set are left out. */
function buildWithArguments({ service, lookup }: Reading & { service: MapTree }): [string, Entry][] {
  const build = service.entries.get('build')
  const written = childOf(build?.value, 'args')
  if (build?.value.kind !== 'map' || written?.kind !== 'map') return []
  const entries = [...written.entries].flatMap(([name, entry]): [string, Entry][] => {
    if (textOf(entry.value) !== null) return [[name, entry]]
    const value = lookup(name)
    return value === undefined ? [] : [[name, { ...entry, value: textTree(entry.at, value) }]]
  })
  const args: Entry = { at: written.at, value: mapTree(written.at, entries) }
  return [['build', { ...build, value: withEntries(build.value, [...build.value.entries, ['args', args]]) }]]
}
