import type { EdgeMove } from '@towpath/domain/edge/plan-moves.ts'
import type { SlotRole } from '@towpath/domain/edge/wanted.ts'
import { NO_RELEASE, backendName, releasesMapName, twinsOf } from './names.ts'
import { serversFor, type SlotServers, type Twin } from './slot-servers.ts'

/**
 * A move as lines for the runtime socket. They are done one after another, not at once, so what gains comes first:
 * weight before state for a slot that is raised, the stand-by before the share for one that steps back.
 */
export function commandsFor(move: EdgeMove): string[] {
  const to = setter(move)
  switch (move.act) {
    case 'label':
      return [`set map ${releasesMapName(move.service)} ${move.slot} ${move.release ?? NO_RELEASE}`]
    case 'raise':
    case 'lower':
      return to({ role: 'live', weight: move.weight }, ['share', 'last', 'backup'])
    case 'stand-by':
      return to({ role: 'backup' }, ['backup', 'share', 'last'])
    case 'drain':
      return to({ role: 'draining' }, ['share', 'backup', 'last'])
    case 'retire':
      return to({ role: 'off' }, ['backup', 'last', 'share'])
    case 'admit':
      // A server that leaves maintenance counts as up with the probe result of whoever sat there before.
      return [
        ...to({ role: 'candidate' }, ['share', 'backup', 'last']),
        `set server ${backendName(move.service)}/${twinsOf(move.slot).share} health down`,
      ]
  }
}

const setter =
  ({ service, slot }: EdgeMove) =>
  (role: SlotRole, order: Twin[]): string[] => {
    const states: SlotServers = serversFor(role)
    return order.flatMap((twin) => {
      const target = `set server ${backendName(service)}/${twinsOf(slot)[twin]}`
      const { admitted, weight } = states[twin]
      return [`${target} weight ${weight}`, `${target} state ${admitted ? 'ready' : 'maint'}`]
    })
  }
