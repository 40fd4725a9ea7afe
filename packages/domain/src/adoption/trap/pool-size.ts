import { environmentOf } from '../../repository/written-compose.ts'
import { ceilingOf, poolOf } from '../connection-budget.ts'
import type { KnownCount } from '../connection-budget.ts'
import type { AdoptedService, Finding, Trap } from '../finding.ts'

/** While one release takes over from another both have their pool open, so the database must allow two, and a migrator. */
export const poolSize: Trap = {
  id: 'pool-size',
  passes: 'two releases and a migrator fit below what the database allows',
  look: (survey) => {
    const users = survey.services.filter((service) => service.role === 'app' && usesDatabase(service))
    const pools = users.map((service) => ({ service, pool: poolOf(survey, service) }))
    const [first] = pools
    if (first === undefined) return null
    const ceiling = ceilingOf(survey)
    const jobs = survey.services.filter(({ role }) => role === 'migrator').length
    const needed = pools.reduce((sum, { pool }) => sum + 2 * (pool?.count ?? 0), jobs)
    const shown = pools.map(({ service, pool }) => `${service.written.name} ${pool?.count ?? '?'}`).join(', ')
    const sum = `twice ${shown}${jobs > 0 ? `, and ${jobs} for migrations` : ''}`
    const missing = pools.filter(({ pool }) => pool === null).map(({ service }) => service.written.name)
    if (ceiling !== null && needed > ceiling.count) return [tooMany({ needed, sum, ceiling })]
    if (ceiling !== null && missing.length === 0) return []
    const pool = pools.find((known) => known.pool !== null)?.pool ?? null
    return [unknown({ at: pool ?? databaseLine(first.service), ceiling, needed, sum, missing, pool })]
  },
}

const tooMany = ({
  needed,
  sum,
  ceiling,
}: {
  needed: number
  sum: string
  ceiling: KnownCount
}): Finding => ({
  ...{ status: 'fail', file: ceiling.file, line: ceiling.line },
  message: `two releases do not fit: ${sum} makes ${needed} of ${ceiling.count} connections (${ceiling.says})`,
  fix: 'make the pools smaller, put a pooler in front, or let requests wait instead of overlapping: strategy: recreate-hold',
})

function unknown(facts: {
  at: { file: string; line: number }
  ceiling: KnownCount | null
  needed: number
  sum: string
  missing: string[]
  pool: KnownCount | null
}): Finding {
  const { at, ceiling, needed, sum, missing, pool } = facts
  const known =
    missing.length === 0
      ? `${sum} makes ${needed}${pool === null ? '' : ` (${pool.says})`}`
      : `the pool of ${missing.join(', ')} is not known`
  const limit =
    ceiling === null
      ? 'nothing says how many connections the database allows'
      : `the database allows ${ceiling.count}`
  return {
    ...{ status: 'unknown', file: at.file, line: at.line },
    message: `whether two releases fit side by side cannot be told: ${known}; ${limit}`,
    fix: 'towpath.yaml: database: {ceiling: N} and, at each service, connections: N (SHOW max_connections tells the first)',
  }
}

const usesDatabase = ({ written }: AdoptedService): boolean =>
  [...environmentOf(written)].some(
    ([name, { text }]) =>
      /^(?:DATABASE_URL|POSTGRES_|PG(?:HOST|DATABASE)|DB_)/.test(name) || /postgres(?:ql)?:\/\//.test(text),
  )

function databaseLine({ written }: AdoptedService): { file: string; line: number } {
  const variables = environmentOf(written)
  return (
    variables.get('DATABASE_URL') ??
    [...variables].find(([name]) => /^(?:POSTGRES|PG|DB)_/.test(name))?.[1] ??
    written
  )
}
