import type { ImportEdge, ImportTarget } from './import-graph.ts'

/** One row of the direction table. `anything` lifts the limit of its column. */
export interface DirectionRule {
  room: string
  rooms: string[] | 'anything'
  packages: string[] | 'anything'
}

/** What a check found wrong: where, what, and how to put it right. */
export interface Finding {
  where: string
  what: string
  fix: string
}

const parseCell = (cell: string): string[] | 'anything' => {
  const words = cell
    .replaceAll('`', '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== 'nothing')
  return words.includes('anything') ? 'anything' : words
}

/**
 * Reads the table under the heading `## Direction`: room, rooms it may import, packages it may import.
 * `app/ports` stands for that folder of a room; `node` among the packages stands for all of Node's modules.
 * Throws when the heading or the table is missing, since a check without rules would pass everything.
 */
export const parseDirection = (markdown: string): DirectionRule[] => {
  const section = /^## Direction$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(markdown)?.[1]
  if (section === undefined) throw new Error('ARCHITECTURE.md has no heading "## Direction"')
  const rows = section
    .split('\n')
    .filter((line) => line.trim().startsWith('|'))
    .slice(2)
  if (rows.length === 0) throw new Error('ARCHITECTURE.md has no table under "## Direction"')
  return rows.map((row) => {
    const [room = '', rooms = '', packages = 'anything'] = row
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
    return { room: room.replaceAll('`', '').trim(), rooms: parseCell(rooms), packages: parseCell(packages) }
  })
}

const covers = (allowed: string, target: { room: string; path: string }): boolean =>
  `${target.room}/${target.path}`.startsWith(`${allowed}/`)

const testPackages = new Set(['vitest', 'fast-check'])

const isFree = (edge: ImportEdge): boolean => {
  if (!edge.inTest) return false
  const { target } = edge
  if (target.kind === 'room') return target.room === 'testkit'
  return target.kind === 'node' || (target.kind === 'package' && testPackages.has(target.name))
}

const isAllowed = (rule: DirectionRule, target: ImportTarget): boolean => {
  if (target.kind === 'unreadable') return rule.rooms === 'anything'
  if (target.kind === 'room') {
    if (target.room === rule.room) return !target.byName
    return rule.rooms === 'anything' || rule.rooms.some((allowed) => covers(allowed, target))
  }
  if (rule.packages === 'anything') return true
  return rule.packages.includes(target.kind === 'node' ? 'node' : target.name)
}

const listed = (names: string[] | 'anything'): string =>
  names === 'anything' ? names : names.join(', ') || 'nothing'

const forbidden = (rule: DirectionRule, edge: ImportEdge): Finding => {
  const where = `${edge.file}:${edge.line}`
  const { target } = edge
  if (target.kind === 'unreadable') {
    const what = 'imports a module whose name is only known at run time'
    return { where, what, fix: 'import a literal, so that the direction can be checked' }
  }
  if (target.kind === 'room' && target.room === rule.room) {
    return { where, what: `imports its own room as ${edge.specifier}`, fix: 'use the relative path' }
  }
  const may = target.kind === 'room' ? rule.rooms : rule.packages
  const what = `${rule.room} must not import ${edge.specifier} (it may import: ${listed(may)})`
  return { where, what, fix: 'move the code, pass the value in, or change the table in ARCHITECTURE.md' }
}

const crossesByPath = (edge: ImportEdge): boolean =>
  edge.target.kind === 'room' &&
  edge.target.room !== edge.room &&
  !edge.target.byName &&
  edge.file.startsWith('packages/')

/** Every edge the table forbids, every room it does not know, every import that reaches a package by path. */
export const findForbidden = (rules: DirectionRule[], edges: ImportEdge[]): Finding[] => {
  const ruleOf = new Map(rules.map((rule) => [rule.room, rule]))
  const unknown = [...new Set(edges.map((edge) => edge.room))].filter((room) => !ruleOf.has(room))
  const noRow = unknown.map((room) => ({
    where: `ARCHITECTURE.md`,
    what: `the direction table has no row for ${room}`,
    fix: 'add the row',
  }))
  const found = edges.flatMap((edge) => {
    const rule = ruleOf.get(edge.room)
    if (rule === undefined || (isFree(edge) && !crossesByPath(edge))) return []
    if (!isAllowed(rule, edge.target)) return [forbidden(rule, edge)]
    if (!crossesByPath(edge)) return []
    const what = `reaches into another package by path: ${edge.specifier}`
    return [{ where: `${edge.file}:${edge.line}`, what, fix: 'import it as @towpath/<room>/<path>' }]
  })
  return [...noRow, ...found]
}

/** What the table allows and nobody uses, so that the table never promises more than the house does. */
export const findUnused = (rules: DirectionRule[], edges: ImportEdge[]): Finding[] =>
  rules.flatMap((rule) => {
    const own = edges.filter((edge) => edge.room === rule.room).map((edge) => edge.target)
    const usesRoom = (allowed: string) =>
      own.some((target) => target.kind === 'room' && covers(allowed, target))
    const usesPackage = (name: string) =>
      own.some((target) =>
        name === 'node' ? target.kind === 'node' : 'name' in target && target.name === name,
      )
    const idle = [
      ...(rule.rooms === 'anything' ? [] : rule.rooms.filter((allowed) => !usesRoom(allowed))),
      ...(rule.packages === 'anything' ? [] : rule.packages.filter((name) => !usesPackage(name))),
    ]
    return idle.map((name) => ({
      where: 'ARCHITECTURE.md',
      what: `the direction table lets ${rule.room} import ${name}, and nothing does`,
      fix: 'take it out of the table',
    }))
  })
