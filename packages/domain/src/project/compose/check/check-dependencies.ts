import { parseBoolean } from '../scalars.ts'
import { childOf, entriesOf, textOf } from '../tree.ts'
import type { Entry } from '../tree.ts'
import type { Checking } from './check-model.ts'

/** Finds dependencies on nothing and in circles. Optional ones on services that are not there do not count. */
export function checkDependencies(checking: Checking): void {
  const { active, findings } = checking
  const needs = new Map(
    [...active].map(([name, service]) => [
      name,
      entriesOf(childOf(service, 'depends_on')).flatMap(([other, entry]) =>
        active.has(other) || tellMissing({ name, other, entry }, checking) ? [other] : [],
      ),
    ]),
  )
  const circle = circleIn(needs)
  if (circle === null) return
  const first = active.get(circle[0] ?? '')
  const at = childOf(first, 'depends_on')?.at ?? checking.file.at
  const message = `services depend on each other in a circle: ${circle.join(' -> ')}`
  findings.problem(at, message, 'Take one of these dependencies out.')
}

/** Always false: the dependency does not count. */
function tellMissing(missing: { name: string; other: string; entry: Entry }, checking: Checking): false {
  const { name, other, entry } = missing
  const { file, findings } = checking
  const isDefined = childOf(childOf(file, 'services'), other) !== undefined
  const message = `${name} depends on ${other}, ${isDefined ? 'whose profile is off' : 'which the file does not define'}`
  const isOptional = parseBoolean(textOf(childOf(entry.value, 'required')) ?? 'yes') === false
  if (isOptional && isDefined) return false
  const hint = 'Define it, turn its profile on, or take the dependency out.'
  if (isOptional) findings.warn(entry.at, message, 'The dependency is optional and was left out.')
  else findings.problem(entry.at, message, hint)
  return false
}

/** The first circle of dependencies, closed by its first name; null where there is none. */
function circleIn(needs: ReadonlyMap<string, readonly string[]>): string[] | null {
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
