import pg from 'pg'
import type { ManagedDatabase } from '../postgres.ts'

/** How often the example's migrator ran for a deployment; each run that reaches the database leaves a row. */
export async function migrationRuns({ url }: ManagedDatabase, deployment: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ runs: string }>(
      'select count(*) as runs from migration_run where deployment = $1',
      [deployment],
    )
    return Number(rows[0]?.runs ?? '-1')
  } finally {
    await client.end()
  }
}
