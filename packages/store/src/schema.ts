import type { ColumnType, GeneratedAlways, JSONColumnType } from 'kysely'

/** The state database. `migrations/` creates exactly these tables; times are timestamptz. */
export interface Schema {
  event: EventTable
  ledger_head: HeadTable
  checkpoint: CheckpointTable
  view: ViewTable
  projection: ProjectionTable
  blob: BlobTable
  controller: ControllerTable
}

/** The ledger. `body` is the only truth; the generated columns exist for indexes and are never read. */
interface EventTable {
  seq: number
  body: string
  prev: Uint8Array
  hash: Uint8Array
  type: GeneratedAlways<string>
  idem: GeneratedAlways<string>
  environment: GeneratedAlways<string | null>
  release: GeneratedAlways<string | null>
  deployment: GeneratedAlways<string | null>
}

interface HeadTable {
  one: boolean
  seq: number
  hash: Uint8Array
}

interface CheckpointTable {
  seq: number
  hash: Uint8Array
  installation: string
  at: string
  signature: string
}

/** Documents folded from events. `created` and `seq` are the first and last event that shaped one. */
interface ViewTable {
  kind: string
  id: string
  created: number
  seq: number
  state: JSONColumnType<object>
}

/** Which version of a fold made the documents of a kind. */
interface ProjectionTable {
  kind: string
  version: number
}

interface BlobTable {
  digest: string
  bytes: Uint8Array
  at: ColumnType<Date, never, never>
}

interface ControllerTable {
  one: boolean
  instance: string
  fence: number
  at: ColumnType<Date, Date, Date>
}
