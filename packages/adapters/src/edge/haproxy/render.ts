import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { SlotRole, WantedEdge, WantedService, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import { createHash } from 'node:crypto'
import { name, port, word } from './config-value.ts'
import { globalSection, privateEntry } from './render-frame.ts'
import { silentEntry } from './render-hold.ts'
import { serviceSections } from './render-service.ts'

export interface RenderedEdge {
  text: string
  /**
   * Names everything a running HAProxy cannot be told over its socket: services, ports, addresses, health checks.
   * The file carries it as the process's description, so that a look at the process tells which file it was started from.
   */
  structure: string
}

/** The edge's whole file. Pure: equal wishes give equal text. Throws EDGE_VALUE_REFUSED and EDGE_PORT_SHARED. */
export function renderEdge(wanted: WantedEdge): RenderedEdge {
  refuseSharedPorts(wanted.services)
  const structure = digest(bodyOf(wanted.services.map(withoutTraffic), '')).slice(0, 16)
  const body = bodyOf(wanted.services, structure)
  return { text: `${headerOf(wanted, digest(body))}\n${body}`, structure }
}

/** The sha256 that a file's header must carry for the rest of it. */
export const digest = (body: string): string => createHash('sha256').update(body).digest('hex')

const headerOf = (wanted: WantedEdge, sha256: string): string =>
  [
    '# The edge of one environment, written by Towpath. A change by hand shows as drift and is overwritten.',
    `# project: ${name('the project', wanted.project)}`,
    `# environment: ${name('the environment', wanted.environment)}`,
    `# deployment: ${word('the deployment', wanted.deployment)}`,
    `# fence: ${wanted.fence}`,
    `# sha256 of what follows the next blank line: ${sha256}`,
    '',
  ].join('\n')

const bodyOf = (services: WantedService[], structure: string): string =>
  [globalSection(structure), silentEntry, ...services.flatMap(serviceSections), privateEntry(services)].join(
    '\n\n',
  ) + '\n'

/** All slots off, nothing steered: what remains differs only where a reload is needed. */
const withoutTraffic = (service: WantedService): WantedService => ({
  ...service,
  trial: null,
  held: false,
  slots: service.slots.map(({ slot, address, port: slotPort }): WantedSlot => {
    const role: SlotRole = { role: 'off' }
    return { ...role, slot, address, port: slotPort, release: null }
  }),
})

/** Two listeners on one port would share its connections at random. */
function refuseSharedPorts(services: WantedService[]): void {
  for (const [index, service] of services.entries()) {
    const other = services.slice(0, index).find((earlier) => earlier.port === service.port)
    if (other === undefined) continue
    throw new TowpathError({
      code: 'EDGE_PORT_SHARED',
      kind: 'usage',
      message: `${other.service} and ${service.service} both listen on port ${port(service.port)}, and one edge cannot tell their requests apart.`,
      hint: 'The edge was not changed. Give one of them another port in the compose file.',
      detail: { services: [other.service, service.service], port: service.port },
    })
  }
}
