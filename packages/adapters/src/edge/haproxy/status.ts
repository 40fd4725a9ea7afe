import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import type { FileSlot } from './edge-file.ts'
import { serviceOfBackend, twinsOf } from './names.ts'
import { twins } from './slot-servers.ts'

type Row = (column: string) => string

/**
 * The slots of the file with what the running edge counts for them; `old` are the answers of workers that a reload left
 * behind, of which only what is still in flight counts. A slot whose servers the edge does not know yet is left out.
 */
export function slotStatuses(file: FileSlot[], statistics: string, old: string[]): SlotStatus[] {
  const rows = parseStatistics(statistics)
  const oldRows = old.map(parseStatistics)
  return file.flatMap((slot) => {
    const [share, ...reserves] = rowsOf(rows, slot)
    if (share === undefined) return []
    const finishing = oldRows.flatMap((known) => rowsOf(known, slot))
    return [statusOf(slot, share, { all: [share, ...reserves], finishing })]
  })
}

function statusOf(
  slot: FileSlot,
  share: Row,
  { all, finishing }: { all: Row[]; finishing: Row[] },
): SlotStatus {
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
