import type { SlotRole } from '@towpath/domain/edge/wanted.ts'
import { describe, expect, it } from 'vitest'
import { type EdgeCounts, slotStatuses } from './status.ts'

const columns = [
  'pxname',
  'svname',
  'scur',
  'stot',
  'status',
  'weight',
  'econ',
  'eresp',
  'wretr',
  'wredis',
  'hrsp_2xx',
  'hrsp_5xx',
  'check_status',
  'check_code',
  'last_chk',
] as const
type Facts = Partial<Record<(typeof columns)[number], string | number>>

const statistics = (...rows: Facts[]): string =>
  [`# ${columns.join(',')},`, ...rows.map((row) => columns.map((column) => row[column] ?? 0).join(','))].join(
    '\n',
  )

const share = (facts: Facts): Facts => ({
  pxname: 'service:api',
  svname: 's1',
  status: 'UP',
  weight: 100,
  check_status: 'L7OK',
  check_code: 200,
  last_chk: '',
  ...facts,
})
const statusIn = (statistics_: string, role: SlotRole, counts: Partial<EdgeCounts> = {}) =>
  slotStatuses(
    { slots: [{ service: 'api', slot: 's1', role, release: '1.0.0' }], steering: [] },
    { statistics: statistics_, old: [], steering: [], nowMs: 0, ...counts },
  )[0]
const read = (facts: Facts, role: SlotRole = { role: 'live', weight: 100 }) =>
  statusIn(statistics(share(facts)), role)

describe('slotStatuses', () => {
  it('is up only where a probe passed', () => {
    expect(read({})?.health).toBe('up')
    expect(read({ status: 'UP 1/3' })?.health).toBe('up')
    expect(read({ check_status: '* L7OK' })?.health).toBe('up')
    expect(read({ check_status: 'INI' })?.health).toBe('starting')
    expect(read({ check_status: '' })?.health).toBe('starting')
  })

  it('a candidate that is not up is starting, a live slot is down', () => {
    expect(read({ status: 'DOWN' }, { role: 'candidate' })?.health).toBe('starting')
    expect(read({ status: 'DOWN', check_status: 'L4CON' })?.health).toBe('down')
    expect(read({ status: 'MAINT' }, { role: 'off' })).toMatchObject({
      health: 'off',
      lastProbe: 'not probed',
    })
  })

  it('sums a slot’s three servers and leaves out the private ones', () => {
    const csv = statistics(
      share({ scur: 1, stot: 10, wredis: 2, hrsp_2xx: 7, hrsp_5xx: 1, econ: 1 }),
      { pxname: 'service:api', svname: 's1.backup', status: 'UP', scur: 2, stot: 5, hrsp_2xx: 5 },
      { pxname: 'service:api', svname: 's1.last', status: 'UP', stot: 1, wretr: 3, econ: 1 },
      { pxname: 'private:api', svname: 's1', status: 'UP', scur: 9, stot: 900, hrsp_2xx: 900 },
    )
    const role: SlotRole = { role: 'live', weight: 100 }
    expect(statusIn(csv, role)).toMatchObject({
      sessions: 3,
      requests: 14,
      answered: { '2xx': 12, '5xx': 1 },
      connectErrors: 2,
      retries: 5,
    })
  })

  it('counts what is in flight in a worker that a reload left behind, and nothing else of it', () => {
    const old = statistics(share({ scur: 4, stot: 900 }))
    const now = statistics(share({ scur: 1, stot: 10 }))
    const role: SlotRole = { role: 'draining' }
    expect(statusIn(now, role, { old: [old, ''] })).toMatchObject({
      sessions: 5,
      requests: 10,
    })
  })

  it('leaves out a slot that the running edge does not know', () => {
    expect(
      slotStatuses(
        { slots: [{ service: 'api', slot: 's9', role: { role: 'off' }, release: null }], steering: [] },
        { statistics: statistics(share({})), old: [], steering: [], nowMs: 0 },
      ),
    ).toEqual([])
  })
})
