import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import type { EdgeFile, FileSlot } from './edge-file.ts'
import { serviceOfBackend, twinsOf } from './names.ts'
import { trialTwins, twins } from './slot-servers.ts'
import type { RuntimeSteering } from './steering-map.ts'

type Row = (column: string) => string

/** What a running edge said, and when. */
export interface EdgeCounts {
  statistics: string
  /** Statistics of workers that a reload left behind: of those only what is still in flight counts. */
  old: string[]
  steering: RuntimeSteering[]
  nowMs: number
}

/** The slots of the file with what the running edge counts for them. A slot whose servers it does not know yet is left out. */
export function slotStatuses(
  { slots, steering }: Pick<EdgeFile, 'slots' | 'steering'>,
  counts: EdgeCounts,
): SlotStatus[] {
  const rows = parseStatistics(counts.statistics)
  const oldRows = counts.old.map(parseStatistics)
  return slots.flatMap((slot) => {
    const all = rowsOf(rows, slot)
    const share = rows.get(`${slot.service}/${slot.slot}`)
    if (share === undefined) return []
    const finishing = oldRows.flatMap((known) => rowsOf(known, slot))
    const onTrial = steering.find(({ service }) => service === slot.service)?.trial?.slot === slot.slot
    const trial = onTrial ? trialOf(rows, slot, counts) : null
    return [{ ...statusOf(slot, share, { all, finishing }), trial }]
  })
}

/** The fuse is two servers: one that is down means blown. */
const trialOf = (
  rows: Map<string, Row>,
  { service, slot }: FileSlot,
  { steering, nowMs }: EdgeCounts,
): SlotStatus['trial'] => {
  const holds = trialTwins.every(
    (twin) =>
      rows
        .get(`${service}/${twinsOf(slot)[twin]}`)?.('status')
        .startsWith('UP') === true,
  )
  const known = steering.find((candidate) => candidate.service === service)
  const lasts = known !== undefined && known.trial?.slot === slot && known.leaseMs > nowMs
  return { fuse: holds ? 'holds' : 'blown', lease: lasts ? 'lasts' : 'over' }
}

function statusOf(
  slot: FileSlot,
  share: Row,
  { all, finishing }: { all: Row[]; finishing: Row[] },
): Omit<SlotStatus, 'trial'> {
  const sum = (column: string, rows = all): number =>
    rows.reduce((total, row) => total + Number(row(column)), 0)
  return {
    service: slot.service,
    slot: slot.slot,
    health: healthOf(share, slot.role.role),
    role: slot.role.role,
    weight: slot.role.role === 'live' ? Number(share('weight')) : 0,
    sessions: sum('scur', [...all, ...finishing]),
    // A connection that never came about is the next slot's request. One that broke with the request in it counts here,
    // and again where it was tried next: the sum of `answered` is what clients got.
    requests: sum('stot') - sum('wredis'),
    answered: {
      '2xx': sum('hrsp_2xx'),
      '3xx': sum('hrsp_3xx'),
      '4xx': sum('hrsp_4xx'),
      '5xx': sum('hrsp_5xx'),
    },
    connectErrors: sum('econ'),
    responseErrors: sum('eresp'),
    retries: sum('wretr') + sum('wredis'),
    lastProbe: lastProbeOf(share),
  }
}

/**
 * `up` needs a probe of whoever sits there now: an admitted slot is set down first (see `commandsFor`), and after a
 * start of the edge a slot has no probe result at all. A candidate that is down has not come up yet, or no longer;
 * its container tells which.
 */
function healthOf(share: Row, role: SlotStatus['role']): SlotStatus['health'] {
  const status = share('status')
  if (status.startsWith('MAINT')) return 'off'
  const result = checkResult(share)
  if (status.startsWith('UP')) return result === '' || result === 'INI' ? 'starting' : 'up'
  return role === 'candidate' ? 'starting' : 'down'
}

/** `* ` before a result says that the next probe is under way. */
const checkResult = (share: Row): string => share('check_status').replace(/^\* /, '')

const lastProbeOf = (share: Row): string => {
  if (share('status').startsWith('MAINT')) return 'not probed'
  const facts = [checkResult(share), share('check_code'), share('last_chk')].filter((text) => text !== '')
  return facts.length === 0 ? 'no probe yet' : facts.join(' ')
}

const rowsOf = (rows: Map<string, Row>, { service, slot }: FileSlot): Row[] =>
  twins.flatMap((twin) => rows.get(`${service}/${twinsOf(slot)[twin]}`) ?? [])

/** Rows of the public backends' servers by `service/server`, columns by name. */
function parseStatistics(csv: string): Map<string, Row> {
  const [header = '', ...lines] = csv.trim().split('\n')
  const columns = header.replace(/^# /, '').split(',')
  const rows = lines.flatMap((line): [string, Row][] => {
    const values = line.split(',')
    const row: Row = (column) => values[columns.indexOf(column)] ?? ''
    const service = serviceOfBackend(row('pxname'))
    return service === null ? [] : [[`${service}/${row('svname')}`, row]]
  })
  return new Map(rows)
}
