import { interpolate } from '../project/compose/interpolate.ts'
import { childIn, entriesIn, entryIn, readPlacedYaml, scalarsIn, textIn } from './placed-yaml.ts'
import type { Placed, PlacedMap } from './placed-yaml.ts'

/**
 * Compose files as their authors wrote them, with places: for what a reader of the repository says about a line. What the
 * files mean once variables are known is told by `readCompose`.
 */
export interface WrittenCompose {
  /** The files merged, in order. */
  files: string[]
  services: WrittenService[]
  /** Files that could not be read, or that `include` and `extends` name and nobody has: what is absent here may be there. */
  unread: { file: string; line: number; message: string }[]
}

export interface WrittenService {
  name: string
  file: string
  /** Line of its key. */
  line: number
  /** Its maps, the strongest first: later files, the file, what it extends. */
  layers: readonly { file: string; map: PlacedMap }[]
  /** False where a part of it could not be read, so that a key that is not seen may still be set. */
  isWhole: boolean
}

export interface WrittenValue {
  file: string
  /** Line of the key. */
  line: number
  value: Placed
}

export interface ComposeText {
  path: string
  text: string
}

const SERVICES_MAX = 500
const EXTENDS_MAX = 10

/** Reads files that are merged in order; `otherFile` gives what `extends` names, relative to the project. Never throws. */
export function readWrittenCompose(
  texts: readonly ComposeText[],
  otherFile: (path: string) => string | null,
): WrittenCompose {
  const reader = new Reader(otherFile)
  const roots = texts.flatMap(({ path, text }) => reader.open(path, text))
  const names = new Map<string, { file: string; line: number }>()
  for (const { file, root } of roots)
    for (const [name, { line }] of entriesIn(childIn(root, 'services')).slice(0, SERVICES_MAX))
      names.set(name, names.get(name) ?? { file, line })
  for (const { file, root } of roots) reader.noteIncludes(file, root)
  const isWhole = reader.unread.length === 0
  const services = [...names].map(([name, at]) => {
    const layers = roots.toReversed().flatMap(({ file, root }) => reader.layersOf({ file, root }, name, 0))
    return { name, ...at, layers, isWhole: isWhole && !reader.incomplete.has(name) }
  })
  return { files: texts.map(({ path }) => path), services, unread: reader.unread }
}

interface Opened {
  file: string
  root: Placed
}

class Reader {
  readonly unread: WrittenCompose['unread'] = []
  readonly incomplete = new Set<string>()
  private readonly otherFile: (path: string) => string | null

  constructor(otherFile: (path: string) => string | null) {
    this.otherFile = otherFile
  }

  open(file: string, text: string): Opened[] {
    const read = readPlacedYaml(text)
    if (read.ok) return [{ file, root: read.root }]
    this.unread.push({ file, line: read.line, message: read.message })
    return []
  }

  noteIncludes(file: string, root: Placed): void {
    const include = entryIn(root, 'include')
    if (include === undefined) return
    this.unread.push({ file, line: include.line, message: 'include: its services are not looked at here' })
  }

  layersOf({ file, root }: Opened, name: string, depth: number): { file: string; map: PlacedMap }[] {
    const map = childIn(childIn(root, 'services'), name)
    if (map?.kind !== 'map') return []
    const base = map.entries.get('extends')?.value
    if (base === undefined) return [{ file, map }]
    const wanted = textIn(base) ?? textIn(childIn(base, 'service'))
    const path = textIn(childIn(base, 'file'))
    const other = path === undefined ? { file, root } : this.beside(file, path)
    if (wanted === undefined || other === null || depth >= EXTENDS_MAX) {
      this.incomplete.add(name)
      return [{ file, map }]
    }
    const below = this.layersOf(other, wanted, depth + 1)
    if (below.length === 0) this.incomplete.add(name)
    return [{ file, map }, ...below]
  }

  private beside(file: string, path: string): Opened | null {
    const folder = file.split('/').slice(0, -1)
    const full = normalised([...folder, ...path.split('/')])
    const text = full === null ? null : this.otherFile(full)
    return text === null ? null : (this.open(full ?? path, text)[0] ?? null)
  }
}

/** A path without `.` and `..`; null where it leaves the project. */
function normalised(parts: readonly string[]): string | null {
  const kept: string[] = []
  for (const part of parts) {
    if (part === '..') {
      if (kept.pop() === undefined) return null
    } else if (part !== '.' && part !== '') kept.push(part)
  }
  return kept.join('/')
}

/** What the strongest layer says of a key; `undefined` where nobody does. */
export function valueOf(service: WrittenService, key: string): WrittenValue | undefined {
  for (const { file, map } of service.layers) {
    const entry = map.entries.get(key)
    if (entry !== undefined) return { file, line: entry.line, value: entry.value }
  }
  return undefined
}

export const textValue = (service: WrittenService, key: string): string | undefined =>
  textIn(valueOf(service, key)?.value)

/** Names by which other containers reach the service: its own, its container's, its aliases in any network. */
export function networkNames(service: WrittenService): string[] {
  const networks = entriesIn(valueOf(service, 'networks')?.value)
  const aliases = networks.flatMap(([, { value }]) => scalarsIn(childIn(value, 'aliases')))
  const fixed = textValue(service, 'container_name')
  return [service.name, ...(fixed === undefined ? [] : [fixed]), ...aliases.map(({ text }) => text)]
}

/** Variables of the service, both forms, strongest layer first: name -> text and place. */
export function environmentOf(
  service: WrittenService,
): Map<string, { text: string; file: string; line: number }> {
  const found = new Map<string, { text: string; file: string; line: number }>()
  for (const { file, map } of service.layers) {
    const value = map.entries.get('environment')?.value
    const pairs =
      value?.kind === 'map'
        ? entriesIn(value).map(([name, entry]) => ({
            name,
            text: textIn(entry.value) ?? '',
            line: entry.line,
          }))
        : scalarsIn(value).map(({ text, line }) => ({
            ...{ name: text.split('=')[0] ?? '', line },
            text: text.slice((text.split('=')[0] ?? '').length + 1),
          }))
    for (const { name, text, line } of pairs) if (!found.has(name)) found.set(name, { text, file, line })
  }
  return found
}

export interface WrittenDependency {
  on: string
  condition: string
  file: string
  line: number
  /** True where it is an item of a list, which can only mean `service_started`. */
  isListed: boolean
}

/** What the service waits for, and how far, with the line that says so. */
export function dependenciesOf(service: WrittenService): WrittenDependency[] {
  const found = new Map<string, WrittenDependency>()
  for (const { file, map } of service.layers) {
    const value = map.entries.get('depends_on')?.value
    const written: WrittenDependency[] =
      value?.kind === 'map'
        ? entriesIn(value).map(([on, entry]) => {
            const condition = entryIn(entry.value, 'condition')
            return {
              ...{ on, file, isListed: false, line: condition?.line ?? entry.line },
              condition: textIn(condition?.value) ?? 'service_started',
            }
          })
        : scalarsIn(value).map(({ text, line }) => ({
            ...{ on: text, file, line, isListed: true },
            condition: 'service_started',
          }))
    for (const dependency of written) if (!found.has(dependency.on)) found.set(dependency.on, dependency)
  }
  return [...found.values()]
}

export interface VariableUse {
  name: string
  /** Text behind `:-` or `-`; null without one. */
  fallback: string | null
}

/** One reference that is open while a text is read. */
interface OpenReference {
  at: number
  /** Where its default begins; null where it has none. */
  from: number | null
}

const REFERENCE = /\$(?:\$|\{([A-Za-z_]\w*)(:?[-?+])?|([A-Za-z_]\w*))|\}/g

/**
 * Variables that a text asks for, in order, those in defaults of others too. `$$` asks for none, and what is not closed
 * is no reference. One pass, so that its time grows with the length of the text alone.
 */
export function variablesIn(text: string): VariableUse[] {
  const found: (VariableUse | null)[] = []
  const open: OpenReference[] = []
  for (const { 0: whole, 1: braced, 2: operator, 3: plain, index } of text.matchAll(REFERENCE)) {
    if (whole === '}') {
      const { at, from } = open.pop() ?? { at: -1, from: null }
      const use = found[at]
      if (use !== null && use !== undefined && from !== null) use.fallback = text.slice(from, index)
    } else if (plain !== undefined) found.push({ name: plain, fallback: null })
    else if (braced !== undefined) {
      const from = operator?.endsWith('-') === true ? index + whole.length : null
      open.push({ at: found.push({ name: braced, fallback: null }) - 1, from })
    }
  }
  for (const { at } of open) found[at] = null
  return found.filter((use) => use !== null)
}

/** The text with its variables put in, as compose does; null where one has neither a value nor a default. */
export function settledText(text: string, variables: ReadonlyMap<string, string>): string | null {
  const settled = interpolate(text, (name) => variables.get(name))
  return settled.failure === null && settled.unset.length === 0 ? settled.text : null
}
