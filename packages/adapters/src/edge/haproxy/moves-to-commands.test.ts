import type { EdgeMove } from '@towpath/domain/edge/plan-moves.ts'
import type { SlotRole, WantedService, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import { describe, expect, it } from 'vitest'
import { commandsFor } from './moves-to-commands.ts'
import type { RuntimeEdge, RuntimeServer } from './runtime.ts'
import { isSetTo } from './slot-state.ts'
import { roleTwins, serversFor } from './slot-servers.ts'
import { twinsOf } from './names.ts'

const slot = { slot: 's1', address: '10.0.0.16', port: 80, release: '1.0.0' }

const service: WantedService = {
  service: 'api',
  port: 80,
  health: { path: '/', intervalMs: 1000, timeoutMs: 1000, statusMin: 200, statusMax: 399 },
  slots: [{ role: 'off', ...slot }],
  trial: null,
  cohort: false,
  held: false,
}

const serversIn = (role: SlotRole): RuntimeServer[] =>
  roleTwins.map((twin) => ({
    service: 'api',
    server: twinsOf('s1')[twin],
    address: slot.address,
    port: slot.port,
    drained: false,
    isUp: true,
    ...serversFor(role, false)[twin],
  }))

/** What the edge does with `set server` lines, in as many words. */
const obey = (servers: RuntimeServer[], commands: string[]): RuntimeEdge => {
  const after = commands.reduce((now, line) => {
    const [, target = '', what, value = ''] =
      /^set server (\S+) (weight|state|health) (\S+)$/.exec(line) ?? []
    return now.map((server): RuntimeServer => {
      if (target.replace(/^(service|hold):api\//, '') !== server.server || what === 'health') return server
      return what === 'weight'
        ? { ...server, weight: Number(value) }
        : { ...server, admitted: value === 'ready' }
    })
  }, servers)
  return { structure: '', servers: after, releases: [], steering: [] }
}

const outcomes: [EdgeMove, WantedSlot][] = [
  [
    { service: 'api', slot: 's1', act: 'admit' },
    { role: 'candidate', ...slot },
  ],
  [
    { service: 'api', slot: 's1', act: 'raise', weight: 40 },
    { role: 'live', weight: 40, ...slot },
  ],
  [
    { service: 'api', slot: 's1', act: 'lower', weight: 5 },
    { role: 'live', weight: 5, ...slot },
  ],
  [
    { service: 'api', slot: 's1', act: 'stand-by' },
    { role: 'backup', ...slot },
  ],
  [
    { service: 'api', slot: 's1', act: 'drain' },
    { role: 'draining', ...slot },
  ],
  [
    { service: 'api', slot: 's1', act: 'retire' },
    { role: 'off', ...slot },
  ],
]
const starts: SlotRole[] = [
  { role: 'live', weight: 100 },
  { role: 'candidate' },
  { role: 'backup' },
  { role: 'draining' },
  { role: 'off' },
]

describe('commandsFor', () => {
  it.each(outcomes)('%o leads from every role to the servers that the file declares', (move, wanted) => {
    for (const start of starts)
      expect(isSetTo(obey(serversIn(start), commandsFor(move, service)), 'api', wanted)).toBe(true)
  })

  it('sets an admitted slot down until a probe of its own passes', () => {
    expect(commandsFor({ service: 'api', slot: 's1', act: 'admit' }, service).at(-1)).toBe(
      'set server service:api/s1 health down',
    )
  })

  it('has the weight in place before a slot comes out of maintenance', () => {
    const [first, second] = commandsFor({ service: 'api', slot: 's1', act: 'raise', weight: 100 }, service)
    expect([first, second]).toEqual([
      'set server service:api/s1 weight 100',
      'set server service:api/s1 state ready',
    ])
  })

  it('lets a stepping-back slot stand by before it gives its share away', () => {
    const lines = commandsFor({ service: 'api', slot: 's1', act: 'stand-by' }, service)
    const standsBy = lines.indexOf('set server service:api/s1.backup state ready')
    expect(standsBy).toBeGreaterThanOrEqual(0)
    expect(standsBy).toBeLessThan(lines.indexOf('set server service:api/s1 weight 0'))
  })
})
