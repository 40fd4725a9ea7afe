import type { PublishedPort } from '../../deployment/container.ts'
import { isAddress } from './ip-address.ts'
import { portRange } from './long/port-range.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { childOf, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** Every address of the host, as the engine itself takes a port without one. */
export const EVERY_ADDRESS = '0.0.0.0'

/** A port in long form. `published` is empty where the engine is to choose. */
interface WrittenPort {
  address: string
  published: string
  target: string
  protocol: string
}

/** `ports`, with host port 0 where the engine chooses one. */
export const readPorts = (reading: ServiceReading): PublishedPort[] =>
  itemsOf(keyOf(reading, 'ports')).flatMap((item) => portsOf(item, reading))

function portsOf(item: Tree, { findings }: ServiceReading): PublishedPort[] {
  const written = longPort(item)
  const ports = publishedPorts(written)
  if (ports === null) {
    const hint =
      'Write it as [address:][host port:]container port[/tcp or /udp]; ranges need the same length on both sides, at most 2000.'
    findings.problem(
      item.at,
      `"${written.published}:${written.target}/${written.protocol}" is not a port that can be published`,
      hint,
    )
    return []
  }
  if (ports.some((port) => port.hostPort === 0)) {
    const hint = 'Name a host port if anything outside is to reach it.'
    findings.warn(item.at, 'no host port is named: the engine chooses one, a different one each time', hint)
  }
  return ports
}

const longPort = (item: Tree): WrittenPort => ({
  address: textOf(childOf(item, 'host_ip')) || EVERY_ADDRESS,
  published: textOf(childOf(item, 'published')) ?? '',
  target: textOf(childOf(item, 'target')) ?? '',
  protocol: textOf(childOf(item, 'protocol')) || 'tcp',
})

function publishedPorts(written: WrittenPort): PublishedPort[] | null {
  const { protocol, address } = written
  if ((protocol !== 'tcp' && protocol !== 'udp') || !isAddress(address)) return null
  const targets = portRange(written.target)
  const published = written.published === '' ? targets?.map(() => 0) : portRange(written.published)
  if (!targets || !published || targets.length !== published.length) return null
  if (targets.includes(0) || (written.published !== '' && published.includes(0))) return null
  return targets.map((containerPort, index) => ({
    hostAddress: address,
    hostPort: published[index] ?? 0,
    containerPort,
    protocol,
  }))
}

/** Ports other containers may reach, which the engine never closes: kept for what reads them. */
export function readExpose(reading: ServiceReading): number[] {
  return itemsOf(keyOf(reading, 'expose')).flatMap((item) => {
    const text = textOf(item) ?? ''
    const ports = portRange(text.replace(/\/(tcp|udp)$/, ''))
    if (ports?.includes(0) === false) return ports
    reading.findings.problem(
      item.at,
      `"${text}" is not a port or a range of ports`,
      'Write it as 3000 or 3000-3005.',
    )
    return []
  })
}
