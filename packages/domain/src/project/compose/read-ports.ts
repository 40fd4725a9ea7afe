import type { PublishedPort } from '../../deployment/container.ts'
import { isAddress } from './ip-address.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { childOf, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** Every address of the host, as the engine itself takes a port without one. */
export const EVERY_ADDRESS = '0.0.0.0'

/** Each published port costs the engine a process or a rule. */
const MAX_PORTS = 2_000

/** A port as written, ranges not yet taken apart. `published` is empty where the engine is to choose. */
interface WrittenPort {
  address: string
  published: string
  target: string
  protocol: string
}

/** All forms of `ports`, ranges taken apart, at most `MAX_PORTS`. Host port 0: the engine chooses one. */
export function readPorts(reading: ServiceReading): PublishedPort[] {
  const tree = keyOf(reading, 'ports')
  const ports: PublishedPort[] = []
  for (const item of itemsOf(tree))
    ports.push(...portsOf(item, reading).slice(0, MAX_PORTS + 1 - ports.length))
  if (tree && ports.length > MAX_PORTS) {
    const message = `service ${reading.name} publishes more than ${MAX_PORTS} ports`
    reading.findings.problem(tree.at, message, 'Publish fewer, or give the service an address of its own.')
  }
  return ports
}

function portsOf(item: Tree, { findings }: ServiceReading): PublishedPort[] {
  const written = item.kind === 'map' ? longPort(item) : parsePortText(textOf(item) ?? '')
  const ports = written === null ? null : publishedPorts(written)
  if (ports === null) {
    const hint =
      'Write it as [address:][host port:]container port[/tcp or /udp]; ranges need the same length on both sides, at most 2000.'
    findings.problem(item.at, `"${textOf(item) ?? 'this map'}" is not a port that can be published`, hint)
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

/** Takes a short port apart: `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `127.0.0.1::80`, `[::1]:8080:80`, with ranges. */
export function parsePortText(text: string): WrittenPort | null {
  const match = text.length > 128 ? null : /^(?:(?:(.*):)?([0-9-]*):)?([0-9-]+)(?:\/([a-z]+))?$/.exec(text)
  if (!match) return null
  const [, address = '', published = '', target = '', protocol = 'tcp'] = match
  return { address: address.replace(/^\[(.*)\]$/, '$1') || EVERY_ADDRESS, published, target, protocol }
}

function publishedPorts(written: WrittenPort): PublishedPort[] | null {
  const { protocol, address } = written
  if ((protocol !== 'tcp' && protocol !== 'udp') || !isAddress(address)) return null
  const targets = portRange(written.target)
  const published = written.published === '' ? targets?.map(() => 0) : portRange(written.published)
  if (!targets || !published || targets.length !== published.length) return null
  return targets.map((containerPort, index) => ({
    hostAddress: address,
    hostPort: published[index] ?? 0,
    containerPort,
    protocol,
  }))
}

/** `8000` or `8000-8005` as single ports; null where it is neither. */
export function portRange(text: string): number[] | null {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!match) return null
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  if (first < 1 || last > 65_535 || last < first || last - first >= MAX_PORTS) return null
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Ports other containers may reach, which the engine never closes: kept for what reads them. */
export function readExpose(reading: ServiceReading): number[] {
  return itemsOf(keyOf(reading, 'expose')).flatMap((item) => {
    const text = textOf(item) ?? ''
    const ports = portRange(text.replace(/\/(tcp|udp)$/, ''))
    if (ports !== null) return ports
    reading.findings.problem(
      item.at,
      `"${text}" is not a port or a range of ports`,
      'Write it as 3000 or 3000-3005.',
    )
    return []
  })
}
