/** What was done to the chain. */
export type ChainProblem = 'changed' | 'removed' | 'inserted' | 'reordered' | 'truncated' | 'rewritten'

export interface ChainFault {
  /** The first event that is not what it was. */
  seq: number
  problem: ChainProblem
  /** One sentence for a person. */
  message: string
}

/** A row as found; `bodySeq` is the place its own hashed text claims. */
export interface FoundRow {
  seq: number
  bodySeq: number | undefined
  prev: string
  hash: string
}

export interface FaultScene {
  /** The first row that does not continue the chain. */
  row: FoundRow
  /** The row right before and right after it, by seq. */
  before: FoundRow | undefined
  after: FoundRow | undefined
  /** Where another row lies that claims the place of `row`. */
  ownerSeq: number | undefined
}

/** Says what happened at the first row that breaks the chain, from the rows around it. */
export const diagnose = (scene: FaultScene): ChainFault => {
  const { row, before, ownerSeq } = scene
  const expectedSeq = (before?.seq ?? 0) + 1
  if (row.seq < 1) return fault(row.seq, 'inserted', 'lies before the first event')
  if (row.seq !== expectedSeq) return fault(expectedSeq, 'removed', 'is missing')
  if (row.bodySeq === undefined) return fault(row.seq, 'changed', 'is not readable as an event')
  if (row.bodySeq === row.seq) return diagnoseInPlace(scene)
  if (before !== undefined && row.bodySeq === before.seq && before.bodySeq === before.seq) {
    return fault(before.seq, 'inserted', 'was put in: the one after it claims the same place')
  }
  if (ownerSeq !== undefined) return fault(row.seq, 'reordered', `has changed places: it lies at ${ownerSeq}`)
  if (row.bodySeq > row.seq) return fault(row.seq, 'removed', 'is missing, and those after it were moved up')
  return fault(row.seq, 'changed', `claims to be ${row.bodySeq}`)
}

/** The row claims its place rightly: either its content differs, or it was pushed in between two neighbours. */
const diagnoseInPlace = ({ row, before, after }: FaultScene): ChainFault => {
  const skipsRow = after !== undefined && before !== undefined && after.prev === before.hash
  return skipsRow
    ? fault(row.seq, 'inserted', 'was put in: the chain goes on without it')
    : fault(row.seq, 'changed', 'does not match its hash')
}

const fault = (seq: number, problem: ChainProblem, what: string): ChainFault => ({
  seq,
  problem,
  message: `Event ${seq} ${what}.`,
})
