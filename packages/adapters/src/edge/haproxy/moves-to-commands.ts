import type { EdgeMove, SlotMove } from '@towpath/domain/edge/plan-moves.ts'
import type { SlotRole, WantedService } from '@towpath/domain/edge/wanted.ts'
import { NO_RELEASE, releasesMapName, serverPath } from './names.ts'
import { serversFor, type RoleTwin, type SlotServers } from './slot-servers.ts'
import { steeringCommands } from './steering-commands.ts'

/**
 * A move as lines for the runtime socket. They are done one after another, not at once, so what gains comes first:
 * weight before state for a slot that is raised, the stand-by before the share for one that steps back.
 */
export function commandsFor(move: EdgeMove, wanted: WantedService): string[] {
  return 'slot' in move ? slotCommands(move, wanted) : steeringCommands(move, wanted)
}

function slotCommands(move: SlotMove, { held }: WantedService): string[] {
  const to = setter(move, held)
  switch (move.act) {
    case 'label':
      return [`set map ${releasesMapName(move.service)} ${move.slot} ${move.release ?? NO_RELEASE}`]
    case 'raise':
    case 'lower':
      return to({ role: 'live', weight: move.weight }, ['share', 'last', 'backup', 'hold'])
    case 'stand-by':
      return to({ role: 'backup' }, ['backup', 'share', 'last', 'hold'])
    case 'drain':
      return to({ role: 'draining' }, ['share', 'backup', 'last', 'hold'])
    case 'retire':
      return to({ role: 'off' }, ['backup', 'last', 'share', 'hold'])
    case 'admit':
      // A server that leaves maintenance counts as up with the probe result of whoever sat there before.
      return [
        ...to({ role: 'candidate' }, ['share', 'backup', 'last', 'hold']),
        `set server ${serverPath(move.service, move.slot, 'share')} health down`,
      ]
  }
}

const setter =
  ({ service, slot }: SlotMove, isHeld: boolean) =>
  (role: SlotRole, order: RoleTwin[]): string[] => {
    const states: SlotServers = serversFor(role, isHeld)
    return order.flatMap((twin) => {
      const target = `set server ${serverPath(service, slot, twin)}`
      const { admitted, weight } = states[twin]
      return [`${target} weight ${weight}`, `${target} state ${admitted ? 'ready' : 'maint'}`]
    })
  }
