import { notMeasured } from './row.ts'
import type { Row } from './row.ts'

/** The rows, or where measuring broke off one that says so and is not ok: the others still count. */
export async function measureSafely(
  name: string,
  measure: () => Promise<Row[]>,
  say: (line: string) => void,
): Promise<Row[]> {
  const startedAt = performance.now()
  say(`${name} ...`)
  try {
    const rows = await measure()
    say(`${name}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
    return rows
  } catch (error) {
    say(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return [notMeasured(name)]
  }
}
