import { isLoaded } from './machine-load.ts'
import type { MachineLoad } from './machine-load.ts'
import type { Row } from './row.ts'

/** What `--json` prints. */
export interface Report {
  rows: Row[]
  /** True where others used the machine during the run: read ratios, not times, and measure again. */
  loadedMachine: boolean
  machine: MachineLoad
}

export const reportOf = (rows: Row[], machine: MachineLoad): Report => ({
  rows,
  loadedMachine: isLoaded(machine),
  machine,
})

/** 1 where a row broke its limit or could not be measured. */
export const exitCodeOf = (rows: readonly Row[]): number => (rows.every(({ ok }) => ok) ? 0 : 1)
