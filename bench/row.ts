/** One number of the benchmark, as scripts read it. */
export interface Row {
  name: string
  /** Null where it could not be measured. */
  value: number | null
  unit: string
  /** The value may not exceed it; null for a number that only stands beside others. */
  limit: number | null
  ok: boolean
}

/** A number that is held against a limit. What could not be measured does not pass. */
export function limited(name: string, measured: { value: number; unit: string; limit: number }): Row {
  const { value, unit, limit } = measured
  return { name, value: rounded(value), unit, limit, ok: value <= limit }
}

/** A number for comparison only. */
export const beside = (name: string, value: number, unit: string): Row => ({
  name,
  value: rounded(value),
  unit,
  limit: null,
  ok: true,
})

/** What stands in for the rows of a group that broke off: never ok. */
export const notMeasured = (name: string, limit: number | null = null): Row => ({
  name,
  value: null,
  unit: '',
  limit,
  ok: false,
})

/** What stands in for a row whose load this machine could not offer: no loss was seen, and none was ruled out. */
export const notOffered = (name: string): Row => notMeasured(`${name}: could not be offered`, 0)

/** Three digits that mean something; JSON has no NaN. */
function rounded(value: number): number | null {
  if (!Number.isFinite(value)) return null
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
