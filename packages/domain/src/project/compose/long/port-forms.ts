import type { Findings } from '../findings.ts'
import { isAddress } from '../ip-address.ts'
import { isNull, listTree, withEntries } from '../tree.ts'
import type { Entry, ScalarTree, Tree } from '../tree.ts'
import type { Form } from './forms.ts'
import { textsAt } from './item-forms.ts'
import { MAX_PORTS, portRange } from './port-range.ts'

/** What one file may write out in all its services. */
const MAX_PORTS_OF_FILE = 10_000

/** The form of one file's `ports`: short ones taken apart, a range of container ports becomes one map for each. */
export function longPorts(): Form {
  let left = MAX_PORTS_OF_FILE
  return (tree, findings) => {
    if (tree.kind !== 'list') return tree
    const limit = Math.min(MAX_PORTS, left)
    const ports: Tree[] = []
    for (const item of tree.items) {
      const found = item.kind === 'scalar' && item.rule === undefined ? fromText(item, findings) : [item]
      ports.push(...found.slice(0, limit + 1 - ports.length))
    }
    left -= ports.length
    if (ports.length > limit) {
      const message = `the service publishes more than ${MAX_PORTS} ports, or the file more than ${MAX_PORTS_OF_FILE}`
      findings.problem(tree.at, message, 'Publish fewer, or give the service an address of its own.')
    }
    return listTree(tree.at, ports.slice(0, limit))
  }
}

function fromText(item: ScalarTree, findings: Findings): Tree[] {
  const ports = isNull(item) ? null : parsePortText(item.text)
  if (ports !== null) return ports.map((port) => portAt(item, port))
  const hint =
    'Write it as [address:][host port:]container port[/tcp or /udp]; ranges need the same length on both sides, at most 2000.'
  findings.problem(item.at, `"${item.text}" is not a port that can be published`, hint)
  return []
}

interface Port {
  address: string
  /** Empty where the engine is to choose; a range where it is to choose within one. */
  published: string
  target: number
  protocol: string
}

function portAt({ at }: ScalarTree, { address, published, target, protocol }: Port): Tree {
  const texts = textsAt(at, {
    mode: 'ingress',
    ...(address === '' ? {} : { host_ip: address }),
    ...(published === '' ? {} : { published }),
    protocol,
  })
  const number: Entry = { at, value: { kind: 'scalar', at, value: target, text: String(target) } }
  return withEntries(texts, [...texts.entries, ['target', number]])
}

const SHORT = /^(?:(?:(.*):)?([0-9-]*):)?([0-9-]+)(?:\/(tcp|udp|sctp)?)?$/i

/**
 * Takes a short port apart: `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `127.0.0.1::80`, `[::1]:8080:80`, with ranges of
 * one length, or a range of host ports for one container port. In the order Docker Compose lists them; null where it is none.
 */
function parsePortText(text: string): Port[] | null {
  const [whole, written = '', published = '', target = '', given = ''] = SHORT.exec(text.slice(0, 128)) ?? []
  const address = written.replace(/^\[(.*)\]$/, '$1')
  const protocol = given.toLowerCase() || 'tcp'
  if (whole !== text || (address !== '' && !isAddress(address))) return null
  return portPairs(published, target)?.map((pair) => ({ address, protocol, ...pair })) ?? null
}

/** Host and container ports that belong together; null where the ranges do not fit. */
function portPairs(published: string, target: string): Pick<Port, 'published' | 'target'>[] | null {
  const targets = portRange(target)
  const hosts = published === '' ? [] : portRange(published)
  if (targets === null || hosts === null || targets.includes(0)) return null
  const several = hosts.length > 1 && targets.length === 1
  if (hosts.length > 0 && !several && hosts.length !== targets.length) return null
  const hostOf = (index: number): string =>
    several ? `${hosts[0] ?? 0}-${hosts.at(-1) ?? 0}` : String(hosts[index] ?? '')
  return targets
    .map((port, index) => ({ published: hostOf(index), target: port }))
    .toSorted((a, b) => compareText(String(a.target), String(b.target)))
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
