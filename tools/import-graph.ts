import { parseSync } from 'oxc-parser'

/** Where an import leads: another file of the house, a Node module, an npm package, or nobody can tell. */
export type ImportTarget =
  | { kind: 'room'; room: string; path: string; byName: boolean }
  | { kind: 'node'; name: string }
  | { kind: 'package'; name: string }
  | { kind: 'unreadable' }

/** One import, export-from or literal `import()` found in a file. `path` and `file` use forward slashes. */
export interface ImportEdge {
  file: string
  line: number
  room: string
  inTest: boolean
  specifier: string
  target: ImportTarget
}

const testFile = /\.test\.[cm]?[jt]sx?$/

/** `packages/app/src/ports/edge.ts` is room `app`, path `ports/edge.ts`; `demo/main.ts` is room `demo`. */
export const roomOf = (file: string): { room: string; path: string } | undefined => {
  const [top, second, third, ...rest] = file.split('/')
  if (top === undefined || second === undefined) return undefined
  if (top !== 'packages') return { room: top, path: file.slice(top.length + 1) }
  if (third === undefined) return undefined
  return { room: second, path: third === 'src' ? rest.join('/') : [third, ...rest].join('/') }
}

const resolveRelative = (file: string, specifier: string): string => {
  const parts = file.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const targetOf = (file: string, specifier: string): ImportTarget => {
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier }
  if (specifier.startsWith('.')) {
    const place = roomOf(resolveRelative(file, specifier))
    return place === undefined ? { kind: 'unreadable' } : { kind: 'room', ...place, byName: false }
  }
  const [first = '', second = '', ...rest] = specifier.split('/')
  if (first === '@towpath') return { kind: 'room', room: second, path: rest.join('/'), byName: true }
  return { kind: 'package', name: first.startsWith('@') ? `${first}/${second}` : first }
}

const lineAt = (source: string, offset: number): number => source.slice(0, offset).split('\n').length

const requestsOf = (file: string, source: string): { specifier: string | undefined; start: number }[] => {
  const { module, errors } = parseSync(file, source)
  const fatal = errors[0]
  if (fatal !== undefined) throw new Error(`${file} does not parse: ${fatal.message}`)
  const fixed = module.staticImports.map((found) => found.moduleRequest)
  const passedOn = module.staticExports.flatMap((found) => found.entries.map((entry) => entry.moduleRequest))
  const named = [...fixed, ...passedOn]
    .filter((request) => request !== null)
    .map((request) => ({ specifier: request.value, start: request.start }))
  const late = module.dynamicImports.map(({ moduleRequest }) => {
    const text = source.slice(moduleRequest.start, moduleRequest.end)
    const literal = /^(['"`])([^$'"`]*)\1$/.exec(text)
    return { specifier: literal?.[2], start: moduleRequest.start }
  })
  return [...named, ...late]
}

/** Every import of one file, static and dynamic. Throws when the file does not parse. */
export const importsOf = (file: string, source: string): ImportEdge[] => {
  const place = roomOf(file)
  if (place === undefined) return []
  return requestsOf(file, source).map(({ specifier, start }) => ({
    file,
    line: lineAt(source, start),
    room: place.room,
    inTest: testFile.test(file),
    specifier: specifier ?? '(computed)',
    target: specifier === undefined ? { kind: 'unreadable' } : targetOf(file, specifier),
  }))
}
