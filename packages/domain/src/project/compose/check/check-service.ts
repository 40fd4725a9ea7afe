import type { Place } from '../findings.ts'
import { isAddress } from '../ip-address.ts'
import { childOf, entriesOf, itemsOf, textOf } from '../tree.ts'
import type { MapTree, Tree } from '../tree.ts'
import type { Checking } from './check-model.ts'
import { checkBuild } from './check-build.ts'
import { checkLimits } from './check-limits.ts'

export interface ServiceChecking extends Checking {
  name: string
  service: MapTree
}

/** Finds what of one service does not fit together, or names what is not defined. */
export function checkService(checking: ServiceChecking): void {
  checkImage(checking)
  checkBuild(checking)
  checkNetworks(checking)
  checkHealthTest(checking)
  checkGranted(checking)
  checkMounts(checking)
  checkPorts(checking)
  checkDevices(checking)
  checkWatch(checking)
  checkLimits(checking)
}

const of = ({ service }: ServiceChecking, ...path: readonly string[]): Tree | undefined =>
  path.reduce<Tree | undefined>((tree, key) => childOf(tree, key), service)

function checkImage(checking: ServiceChecking): void {
  const image = of(checking, 'image')
  const others = of(checking, 'build') ?? of(checking, 'provider')
  if (textOf(image) || others !== undefined) return
  const at = image?.at ?? checking.service.at
  const hint = 'Give it an image, set the variable its image comes from, or take the service out.'
  checking.findings.problem(at, `service ${checking.name} has neither an image nor a build`, hint)
}

function checkNetworks(checking: ServiceChecking): void {
  const { findings, file, service } = checking
  const mode = of(checking, 'network_mode')
  const joined = entriesOf(of(checking, 'networks'))
  if (textOf(mode) && joined.length > 0)
    findings.problem(
      mode?.at ?? service.at,
      'network_mode and networks cannot both be given',
      'Remove one of them.',
    )
  for (const [key, { at }] of joined) {
    if (childOf(childOf(file, 'networks'), key) === undefined)
      findings.problem(at, `the network "${key}" is not defined`, 'Define it under "networks:".')
  }
}

const TEST_KINDS = new Set(['NONE', 'CMD', 'CMD-SHELL'])

function checkHealthTest(checking: ServiceChecking): void {
  const test = of(checking, 'healthcheck', 'test')
  const [first] = itemsOf(test)
  if (test === undefined || first === undefined || TEST_KINDS.has(textOf(first) ?? '')) return
  const hint = 'A list starts with NONE, CMD or CMD-SHELL; or write one text.'
  checking.findings.problem(test.at, `healthcheck.test starts with "${textOf(first) ?? ''}"`, hint)
}

function checkGranted(checking: ServiceChecking): void {
  const { findings, file } = checking
  const tell = (section: string, name: string, at: Place): void => {
    if (childOf(childOf(file, section), name) === undefined)
      findings.problem(at, `${section} has no "${name}"`, `Define it under "${section}:".`)
  }
  const sources = (tree: Tree | undefined, section: string): void => {
    for (const item of itemsOf(tree)) tell(section, textOf(childOf(item, 'source')) ?? '', item.at)
  }
  sources(of(checking, 'secrets'), 'secrets')
  sources(of(checking, 'configs'), 'configs')
  sources(of(checking, 'build', 'secrets'), 'secrets')
  for (const [name, { at }] of entriesOf(of(checking, 'models'))) tell('models', name, at)
}

function checkMounts(checking: ServiceChecking): void {
  const { findings, file } = checking
  const taken = new Set<string>()
  const take = (target: string, at: Place): void => {
    if (taken.has(target)) findings.problem(at, `two mounts share the target ${target}`, 'Give each its own.')
    taken.add(target)
  }
  for (const item of itemsOf(of(checking, 'tmpfs'))) take((textOf(item) ?? '').split(':')[0] ?? '', item.at)
  for (const mount of itemsOf(of(checking, 'volumes'))) {
    const type = textOf(childOf(mount, 'type'))
    const source = textOf(childOf(mount, 'source')) ?? ''
    take(textOf(childOf(mount, 'target')) ?? '', mount.at)
    if (type === 'bind' && source === '')
      findings.problem(mount.at, 'a bind mount needs a source', 'Name the path on the host.')
    if (type !== 'volume' || source === '' || childOf(childOf(file, 'volumes'), source) !== undefined)
      continue
    const hint = 'Define it under "volumes:", or start a path with "./".'
    findings.problem(mount.at, `the volume "${source}" is not defined`, hint)
  }
}

function checkPorts(checking: ServiceChecking): void {
  for (const port of itemsOf(of(checking, 'ports'))) {
    if (textOf(childOf(port, 'target')) === null)
      checking.findings.problem(port.at, 'a port needs a target', 'Name the port in the container.')
    const address = textOf(childOf(port, 'host_ip'))
    if (!address || isAddress(address)) continue
    checking.findings.problem(port.at, `"${address}" is not an IP address`, 'Write it as 127.0.0.1 or ::1.')
  }
}

function checkDevices(checking: ServiceChecking): void {
  const requests = [
    ...itemsOf(of(checking, 'gpus')),
    ...itemsOf(of(checking, 'deploy', 'resources', 'reservations', 'devices')),
  ]
  for (const request of requests) {
    if (childOf(request, 'count') === undefined || childOf(request, 'device_ids') === undefined) continue
    checking.findings.problem(request.at, 'a device has both count and device_ids', 'Keep one of them.')
  }
}

function checkWatch(checking: ServiceChecking): void {
  for (const rule of itemsOf(of(checking, 'develop', 'watch'))) {
    const action = textOf(childOf(rule, 'action')) ?? ''
    if (textOf(childOf(rule, 'path')) === '')
      checking.findings.problem(rule.at, 'develop.watch has an empty path', 'Name the folder to watch.')
    if (textOf(childOf(rule, 'target')) || action === 'rebuild' || action === 'restart') continue
    checking.findings.problem(
      rule.at,
      `the watch action ${action} needs a target`,
      'Name the path in the container.',
    )
  }
}
