import type { ComposeNetwork, ComposeService } from '../compose-model.ts'
import { isIpv4, isIpv4Subnet } from './ip-address.ts'
import { keyOf, readTextMap } from './reading.ts'
import type { Reading, ServiceReading } from './reading.ts'
import { readBoolean, readName, readWholeNumber, textsIn } from './scalars.ts'
import { childOf, entriesOf, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** A network of the file by its key. Null where the file has none. */
export function readNetwork(key: string, reading: Reading): ComposeNetwork | null {
  const network = childOf(childOf(reading.file, 'networks'), key)
  if (network === undefined) return null
  const external = readBoolean(childOf(network, 'external'), reading.findings) ?? false
  if (!external) checkNetwork(network, reading)
  return {
    key,
    name: readName(childOf(network, 'name'), reading.findings) ?? key,
    driver: readName(childOf(network, 'driver'), reading.findings) ?? 'bridge',
    internal: readBoolean(childOf(network, 'internal'), reading.findings) ?? false,
    external,
    ...addressing(network, reading),
    labels: readTextMap(childOf(network, 'labels'), reading.findings),
    options: readTextMap(childOf(network, 'driver_opts'), reading.findings),
  }
}

function addressing(network: Tree, reading: Reading): { subnet?: string; gateway?: string } {
  const configs = itemsOf(childOf(childOf(network, 'ipam'), 'config'))
  const [config] = configs
  if (config === undefined) return {}
  const extra = entriesOf(config).find(
    ([key]) => key !== 'subnet' && key !== 'gateway' && !key.startsWith('x-'),
  )
  const subnet = textOf(childOf(config, 'subnet'))
  const gateway = textOf(childOf(config, 'gateway'))
  if (configs.length > 1 || extra !== undefined || (subnet !== null && !isIpv4Subnet(subnet))) {
    const hint = 'Create the network by hand and declare it "external: true".'
    reading.findings.problem(config.at, 'only one IPv4 subnet with a gateway can be honoured in ipam', hint)
  }
  return { ...(subnet === null ? {} : { subnet }), ...(gateway === null ? {} : { gateway }) }
}

function checkNetwork(network: Tree, { findings }: Reading): void {
  const hint = 'Create the network by hand and declare it "external: true".'
  const ipv6 = childOf(network, 'enable_ipv6')
  const ipv4 = childOf(network, 'enable_ipv4')
  const ipamDriver = childOf(childOf(network, 'ipam'), 'driver')
  const ipamOptions = childOf(childOf(network, 'ipam'), 'options')
  if (ipv6 && readBoolean(ipv6, findings) === true)
    findings.problem(ipv6.at, 'networks with IPv6 cannot be honoured', hint)
  if (ipv4 && readBoolean(ipv4, findings) === false)
    findings.problem(ipv4.at, 'networks without IPv4 cannot be honoured', hint)
  if (ipamDriver && textOf(ipamDriver) !== 'default')
    findings.problem(ipamDriver.at, 'ipam.driver cannot be honoured', hint)
  if (ipamOptions) findings.problem(ipamOptions.at, 'ipam.options cannot be honoured', hint)
}

/**
 * The networks a service joins, highest `priority` first. Its aliases begin with its own name and its `container_name`,
 * by which others may know it, although the real container will be called otherwise.
 */
export function readAttachments(reading: ServiceReading): ComposeService['networks'] {
  const mode = textOf(keyOf(reading, 'network_mode'))
  const named = entriesOf(keyOf(reading, 'networks'))
  if (mode !== null) return attachedByMode(mode, reading)
  const attachments = named.map(([key, { value }]) => {
    checkAttachment(value, reading)
    const address = textOf(childOf(value, 'ipv4_address'))
    const aliases = [...new Set([...ownAliases(reading), ...textsIn(childOf(value, 'aliases'))])]
    const priority = readWholeNumber(childOf(value, 'priority'), reading.findings) ?? 0
    return { key, priority, attachment: { aliases, ...(address === null ? {} : { address }) } }
  })
  const sorted = attachments.toSorted((a, b) => b.priority - a.priority)
  return Object.fromEntries(sorted.map(({ key, attachment }) => [key, attachment]))
}

const ownAliases = (reading: ServiceReading): string[] => {
  const containerName = textOf(keyOf(reading, 'container_name'))
  return containerName ? [...new Set([reading.name, containerName])] : [reading.name]
}

/** Modes other than the engine's own names share something of another container, which a new release would lose. */
function attachedByMode(mode: string, reading: ServiceReading): ComposeService['networks'] {
  const at = keyOf(reading, 'network_mode')?.at ?? reading.service.at
  if (mode.startsWith('service:') || mode.startsWith('container:')) {
    reading.findings.problem(
      at,
      `network_mode: ${mode} cannot be honoured`,
      'Put both services on a network of their own.',
    )
  } else {
    const hint = 'Leave it an accessory, or give it a network: traffic is switched between addresses.'
    reading.findings.warn(
      at,
      `network_mode: ${mode} gives the service no address of its own, so it cannot be switched`,
      hint,
    )
  }
  return {}
}

const READ = new Set(['aliases', 'ipv4_address', 'priority'])

function checkAttachment(attachment: Tree, { findings }: ServiceReading): void {
  const address = childOf(attachment, 'ipv4_address')
  if (address && !isIpv4(textOf(address) ?? '')) {
    findings.problem(address.at, `"${textOf(address) ?? ''}" is not an IPv4 address`, 'Write it as 10.1.0.9.')
  }
  for (const [key, { at }] of entriesOf(attachment)) {
    if (READ.has(key) || key.startsWith('x-')) continue
    findings.problem(
      at,
      `${key} of a service's network cannot be honoured`,
      'Known are aliases, ipv4_address and priority.',
    )
  }
}
