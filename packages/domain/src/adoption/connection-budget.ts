import { scalarsIn } from '../repository/placed-yaml.ts'
import { environmentOf, settledText, valueOf } from '../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey } from './finding.ts'

/** A count of connections, and who says so. */
export interface KnownCount {
  count: number
  file: string
  line: number
  says: string
  /** True where it is only what the package does when nobody says anything. */
  isAssumed?: boolean
}

/** Pools that these packages open when nobody says how large, by their own documentation in 2026. */
const DEFAULT_POOLS: readonly (readonly [dependency: string, count: number, says: string])[] = [
  ['sea-orm', 10, 'SeaORM leaves it to sqlx, whose pool has 10'],
  ['sqlx', 10, "sqlx's pool has 10"],
  ['r2d2', 10, "r2d2's pool has 10"],
  ['typeorm', 10, 'TypeORM leaves it to pg, whose pool has 10'],
  ['knex', 10, "knex's pool has 10"],
  ['sequelize', 5, "Sequelize's pool has 5"],
  ['drizzle-orm', 10, "pg's pool has 10"],
  ['pg', 10, "pg's pool has 10"],
]

const POOL_VARIABLE =
  /^(?:.*_)?(?:DB|DATABASE|POSTGRES|PG|SQLX)?_?(?:MAX_?CONNECTIONS?|POOL_?(?:SIZE|MAX)|CONNECTION_LIMIT|MAX_POOL_SIZE)$/i
const CEILING_TEXT =
  /(?:max_connections\s*[=:]\s*|(?:ceiling|limit|at most|maximum|only|allows?)\D{0,30}?)(\d{1,5})(?=\s*(?:connections?\b|$|["'\s]))/i

/** Connections that one instance opens at most, as far as anything says; null where nothing does. */
export function poolOf(survey: AdoptionSurvey, { written, shippedAs }: AdoptedService): KnownCount | null {
  const said = shippedAs === null ? undefined : survey.config?.services.get(shippedAs)
  if (said !== undefined && said.connections !== null)
    return { count: said.connections, file: 'towpath.yaml', line: said.line, says: 'towpath.yaml says so' }
  for (const [name, { text, file, line }] of environmentOf(written)) {
    const count = Number(POOL_VARIABLE.test(name) ? (settledText(text, survey.variables) ?? '') : '')
    if (count > 0) return { count, file, line, says: `${name} says so` }
    const limit = /[?&](?:connection_limit|max_connections|pool_max_conns)=(\d+)/.exec(text)?.[1]
    if (limit !== undefined) return { count: Number(limit), file, line, says: `${name} says so` }
  }
  return writtenPool(survey) ?? defaultPool(survey)
}

/** `max_connections(20)` of sqlx and SeaORM, `max: 20` beside a pool: only where there is one such place. */
function writtenPool({ files }: AdoptionSurvey): KnownCount | null {
  const found = [...files.texts].flatMap(([file, text]) =>
    /\.(?:rs|[cm]?[jt]s)$/.test(file) && /max_connections\s*\(|new Pool\s*\(/.test(text)
      ? text.split(/\r?\n/).flatMap((row, at): KnownCount[] => {
          const count = /\.max_connections\(\s*(\d+)|new Pool\([^)]*\bmax:\s*(\d+)/.exec(row)
          const number = count?.[1] ?? count?.[2]
          return number === undefined
            ? []
            : [{ count: Number(number), file, line: at + 1, says: `${file}:${at + 1} says so` }]
        })
      : [],
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

function defaultPool({ manifests, files }: AdoptionSurvey): KnownCount | null {
  for (const [dependency, count, says] of DEFAULT_POOLS) {
    const manifest = manifests.find(({ dependencies }) => dependencies.has(dependency))
    if (manifest === undefined) continue
    const rows = (files.texts.get(manifest.path) ?? '').split(/\r?\n/)
    const at = rows.findIndex((row) => new RegExp(`(?:^|[."\\s])${dependency}["\\s\\]=.]`).test(row))
    return {
      count,
      file: manifest.path,
      line: at + 1,
      says: `nobody says how large; ${says}`,
      isAssumed: true,
    }
  }
  return null
}

/** Connections that the database allows in all. */
export function ceilingOf(survey: AdoptionSurvey): KnownCount | null {
  const said = survey.config?.ceiling ?? null
  if (said !== null) return { ...said, file: 'towpath.yaml', says: 'database.ceiling' }
  for (const { written, role } of survey.services) {
    const command = role === 'database' ? valueOf(written, 'command') : undefined
    const words = scalarsIn(command?.value)
    const count = /max_connections\s*=\s*(\d+)/.exec(words.map(({ text }) => text).join(' '))?.[1]
    if (command !== undefined && count !== undefined)
      return {
        count: Number(count),
        file: command.file,
        line: command.line,
        says: 'max_connections of the database',
      }
  }
  return ceilingInWords(survey)
}

/** Teams write such a limit into a comment, beside the line that it once broke. */
function ceilingInWords({ files, workflows, compose }: AdoptionSurvey): KnownCount | null {
  const places = [...(compose?.files ?? []), ...workflows.map(({ path }) => path)]
  for (const file of places)
    for (const [at, row] of (files.texts.get(file) ?? '').split(/\r?\n/).entries()) {
      const comment = /#(.*)$/.exec(row)?.[1]
      const count =
        comment === undefined || !/connection/i.test(comment) ? undefined : CEILING_TEXT.exec(comment)?.[1]
      if (count !== undefined) return { count: Number(count), file, line: at + 1, says: 'as a comment says' }
    }
  return null
}
