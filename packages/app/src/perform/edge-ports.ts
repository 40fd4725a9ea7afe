import type { ContainerSpec, PublishedPort } from '@towpath/domain/deployment/container.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'

/**
 * Throws `EDGE_PORT_HELD` where another container that runs has a host port which this edge is to publish: an edge that was
 * taken away for such a one could not start, and nothing would serve. What is no container is not seen.
 */
export async function requireFreePorts(
  engine: Pick<ContainerEngine, 'find'>,
  { name, ports }: Pick<ContainerSpec, 'name' | 'ports'>,
): Promise<void> {
  if (ports.length === 0) return
  for (const other of await engine.find([])) {
    if (other.name === name || !['running', 'restarting', 'paused'].includes(other.status)) continue
    const held = ports.find((port) => other.ports.some((taken) => isSame(port, taken)))
    if (held !== undefined) throw portHeld(other.name, held)
  }
}

const isSame = (one: PublishedPort, other: PublishedPort): boolean =>
  one.hostPort === other.hostPort &&
  one.protocol === other.protocol &&
  (one.hostAddress === other.hostAddress || [one, other].some(isEverywhere))

const isEverywhere = ({ hostAddress }: PublishedPort): boolean => ['', '0.0.0.0', '::'].includes(hostAddress)

const portHeld = (container: string, { hostPort }: PublishedPort): TowpathError =>
  new TowpathError({
    code: 'EDGE_PORT_HELD',
    kind: 'blocked',
    message: `${container} holds the host port ${hostPort}, which the new edge is to publish.`,
    hint: 'Nothing was changed, and the edge serves as before. A container of the release before goes when that is no longer warm (towpath status); stop any other, then deploy again.',
    detail: { container, hostPort },
  })
