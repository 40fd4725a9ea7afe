import { parseEnvFile } from './env-file.ts'
import { joinPath } from './host-path.ts'
import type { Lookup } from './interpolate.ts'
import { mayRead, pathInSource } from './layout.ts'
import { keyOf, tellRespelled } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { readBoolean } from './scalars.ts'
import { childOf, entriesOf, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** The variables a container gets; those that are passed on but not set are told, and it will not have them. */
export function readEnvironment(reading: ServiceReading): Record<string, string> {
  const places = new Map(entriesOf(keyOf(reading, 'environment')))
  const set = [...resolvedEnvironment(reading)].flatMap(([name, value]): [string, string][] => {
    const entry = places.get(name)
    if (entry?.value.kind === 'scalar') tellRespelled(name, entry.value, reading.findings)
    if (value !== null) return [[name, value]]
    const hint = `Set ${name} for this environment, or give it a value in the file.`
    const message = `the variable ${name} is passed on but not set; the container will not have it`
    reading.findings.unset(name, entry?.at ?? reading.service.at, { message, hint })
    return []
  })
  return Object.fromEntries(set)
}

/** Environment files in order, later over earlier, then `environment` over all of them. Null: asked for, not set. */
export function resolvedEnvironment(reading: ServiceReading): Map<string, string | null> {
  const own = new Map<string, string | null>()
  for (const [name, { at, value }] of entriesOf(keyOf(reading, 'environment'))) {
    if (name === '' || name.includes('\0') || name === '__proto__' || /\s$/.test(name)) {
      const hint = 'Give it a name before the "=", without spaces.'
      reading.findings.problem(at, `"${name}" cannot be the name of a variable`, hint)
    }
    const isInherited = value.kind === 'scalar' && value.value === null
    own.set(name, isInherited ? (reading.lookup(name) ?? null) : (textOf(value) ?? ''))
  }
  const lookup: Lookup = (name) => reading.lookup(name) ?? own.get(name) ?? undefined
  return new Map([...filesUnder('env_file', { reading, lookup }), ...own])
}

/** Label files in order, and `labels` over them. Variables in such a file are those of the files before it, then its own. */
export function resolvedLabels(reading: ServiceReading): Map<string, string> {
  const own = entriesOf(keyOf(reading, 'labels')).map(
    ([key, { value }]) => [key, textOf(value) ?? ''] as const,
  )
  return new Map([...filesUnder('label_file', { reading, lookup: null }), ...own])
}

interface FilesReading {
  reading: ServiceReading
  /** Null: what earlier files say comes first. */
  lookup: Lookup | null
  /** Values of the files before. */
  earlier?: ReadonlyMap<string, string>
}

function filesUnder(key: 'env_file' | 'label_file', { reading, lookup }: FilesReading): Map<string, string> {
  const values = new Map<string, string>()
  for (const item of itemsOf(keyOf(reading, key))) {
    for (const [name, value] of valuesOf(item, { reading, lookup, earlier: values })) values.set(name, value)
  }
  return values
}

function valuesOf(item: Tree, { reading, lookup, earlier = new Map() }: FilesReading): Map<string, string> {
  const path = envFilePath(item, reading)
  if (path === null) return new Map()
  const isRequired = readBoolean(childOf(item, 'required'), reading.findings) !== false
  const raw = textOf(childOf(item, 'format')) === 'raw'
  const text = reading.envFile(path)
  if (text !== null) {
    const id = `${String(raw)} ${path}`
    // What a file without variables gives is the same for every service that shares it.
    const known = reading.envFiles.get(id)
    if (known !== undefined) return known
    const values = parseEnvFile(
      { path, text, raw, earlier },
      lookup ?? ((name) => earlier.get(name)),
      reading.findings,
    )
    if (raw || !text.includes('$')) reading.envFiles.set(id, values)
    return values
  }
  if (isRequired) {
    const hint =
      'Commit it beside the compose file, or move its values to the settings and secrets of the environment.'
    reading.findings.problem(item.at, `the environment file ${path} does not exist`, hint)
  }
  return new Map()
}

/** As the paths of compose files. A path that leaves the project could read the server's own files, so it is refused. */
export function envFilePath(item: Tree, reading: Pick<ServiceReading, 'layout' | 'findings'>): string | null {
  const text = textOf(item) ?? textOf(childOf(item, 'path')) ?? ''
  const path = text.startsWith('/') ? pathInSource(reading.layout, text) : joinPath('.', text)
  if (
    text !== '' &&
    path !== '.' &&
    mayRead(reading.layout, path) &&
    !text.startsWith('~') &&
    !text.includes('\0')
  )
    return path
  const hint = 'Move it into the project, or its values to the settings and secrets of the environment.'
  reading.findings.problem(item.at, `the environment file "${text}" lies outside the project`, hint)
  return null
}
