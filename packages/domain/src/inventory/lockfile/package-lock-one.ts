import { fieldsOf, isMapping, textOf } from './lockfile.ts'
import type { Fields } from './lockfile.ts'

/** Deeper than any real tree: each level is a folder of `node_modules` in another. */
const DEPTH_MAX = 200

/**
 * The nested tree of a version 1 file as the places that versions 2 and 3 list; a reason where it cannot be followed. Such
 * a file does not say what the project itself asks for: ways begin at the copies at the top that no other asks for.
 */
export function packagesOfVersionOne(json: Fields): Fields | string {
  const places = new Map<string, unknown>()
  const problem = collect('', json, { places, depth: 0 })
  if (problem !== null) return problem
  const top = [...fieldsOf(json.get('dependencies'))]
  const wanted = new Set(
    [...places.values()].flatMap((entry) => [...fieldsOf(fieldsOf(entry).get('dependencies')).keys()]),
  )
  const dependencies = Object.fromEntries(
    top.filter(([name]) => !wanted.has(name)).map(([name, entry]) => [name, fieldsOf(entry).get('version')]),
  )
  places.set('', {
    name: json.get('name') ?? 'this project',
    version: json.get('version') ?? '',
    dependencies,
  })
  return places
}

function collect(
  above: string,
  fields: Fields,
  into: { places: Map<string, unknown>; depth: number },
): string | null {
  if (into.depth > DEPTH_MAX) return 'is nested too deeply'
  const dependencies = fields.get('dependencies')
  if (dependencies !== undefined && !isMapping(dependencies))
    return `has dependencies of ${above.slice(0, 120)} that are none`
  for (const [name, entry] of fieldsOf(dependencies)) {
    const place = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`
    const own = fieldsOf(entry)
    into.places.set(place, placeOf(own))
    const problem = collect(place, own, { places: into.places, depth: into.depth + 1 })
    if (problem !== null) return problem
  }
  return null
}

/** `version` holds the number, or where it comes from: an alias, a repository, a file. */
function placeOf(fields: Fields): object {
  const version = textOf(fields.get('version')) ?? ''
  const alias = /^npm:(.+)@([^@]+)$/.exec(version)
  return {
    ...(alias === null ? {} : { name: alias[1] }),
    version: alias?.[2] ?? version,
    resolved: fields.get('resolved') ?? '',
    ...(fields.get('dev') === true ? { dev: true } : {}),
    dependencies: Object.fromEntries(fieldsOf(fields.get('requires'))),
  }
}
