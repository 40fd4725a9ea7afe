import { fieldsOf, textOf } from './lockfile.ts'
import type { Fields } from './lockfile.ts'

/** Deeper than any real tree: each level is a folder of `node_modules` in another. */
const DEPTH_MAX = 200

/**
 * The nested tree of a version 1 file as the places that versions 2 and 3 list; null where it is nested too deeply. Such
 * a file does not say what the project itself asks for: ways begin at the copies at the top that no other asks for.
 */
export function packagesOfVersionOne(json: Fields): Fields | null {
  const places = new Map<string, unknown>()
  if (!collect('', json, { places, depth: 0 })) return null
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
): boolean {
  if (into.depth > DEPTH_MAX) return false
  return [...fieldsOf(fields.get('dependencies'))].every(([name, entry]) => {
    const place = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`
    const own = fieldsOf(entry)
    into.places.set(place, placeOf(own))
    return collect(place, own, { places: into.places, depth: into.depth + 1 })
  })
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
