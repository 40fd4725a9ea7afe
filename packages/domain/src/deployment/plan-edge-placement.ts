import type { ComposeService } from '../project/compose-model.ts'
import { edgeOffset } from '../edge/slots.ts'
import type { Attachment, PublishedPort } from './container.ts'
import { namesOf, ourLabels } from './plan-container.ts'
import type { PlanInput } from './plan-deployment.ts'
import type { EdgePlan } from './plan.ts'

/** Says what names, host ports and listening ports an edge was made with: they are fixed for its life. */
export const edgeSpecLabel = 'towpath.spec'

/** In the lower half of any network it fits, high in it: engines hand out from below, ours from the upper half. */
const edgeOffsetInProject = 120

/**
 * Where the edge stands: on every network of every shipped service, answering to all their names at one fixed address,
 * and holding the host ports that the compose file gave to them.
 */
export function planEdge(input: PlanInput, slotNetwork: string): EdgePlan {
  const shipped = input.config.services.flatMap((service): ComposeService[] => {
    const composed = input.model.services[service.compose]
    return composed === undefined ? [] : [composed]
  })
  const networks = [{ network: slotNetwork, aliases: [], offset: edgeOffset }, ...takenNames(shipped, input)]
  const ports = shipped.flatMap((service): PublishedPort[] => service.ports)
  const listens = input.config.services.map((service) => service.port)
  return {
    name: `towpath-${input.config.project}-${input.config.environment}-edge`,
    labels: {
      ...ourLabels(input, 'edge'),
      [edgeSpecLabel]: input.sha256(JSON.stringify([networks, ports, listens])).slice(0, 12),
    },
    slotNetwork,
    networks,
    ports,
    replace: input.replaceEdge,
  }
}

function takenNames(shipped: ComposeService[], { model, config }: PlanInput): Attachment[] {
  const keys = [...new Set(shipped.flatMap((service) => Object.keys(service.networks)))]
  return keys.map((key) => {
    const network = model.networks[key]
    const aliases = shipped.flatMap((service) => {
      const attachment = service.networks[key]
      return attachment === undefined ? [] : namesOf(service, attachment.aliases)
    })
    // The engine fixes addresses only where a subnet was asked for, and Compose asked for none by itself.
    const isPinned = config.map.project === undefined || network?.subnet !== undefined
    const fixed = network !== undefined && !network.external && isPinned && isRoomy(network.subnet)
    return {
      network: network?.name ?? key,
      aliases: [...new Set(aliases)],
      ...(fixed ? { offset: edgeOffsetInProject } : {}),
    }
  })
}

const isRoomy = (subnet: string | undefined): boolean =>
  subnet === undefined || Number(subnet.split('/')[1] ?? '32') <= 24
