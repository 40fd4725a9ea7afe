import { Findings } from '../findings.ts'
import type { Read } from '../scalars.ts'
import { readBytes, readNumber, readWholeNumber } from '../scalars.ts'
import { childOf, isNull, textOf } from '../tree.ts'
import type { Tree } from '../tree.ts'
import type { ServiceChecking } from './check-service.ts'

interface Limit {
  key: string
  group: 'limits' | 'reservations'
  name: string
  read: Read<number>
}

/** Older keys and what `deploy` calls the same. */
const LIMITS: readonly Limit[] = [
  { key: 'cpus', group: 'limits', name: 'cpus', read: readNumber },
  { key: 'mem_limit', group: 'limits', name: 'memory', read: readBytes },
  { key: 'mem_reservation', group: 'reservations', name: 'memory', read: readBytes },
  { key: 'pids_limit', group: 'limits', name: 'pids', read: readWholeNumber },
]

/** Finds limits and numbers of containers that are said twice, and differently. */
export function checkLimits(checking: ServiceChecking): void {
  const { service, findings } = checking
  // What is no number at all is told by who reads the value.
  const unheard = new Findings()
  const deploy = childOf(service, 'deploy')
  for (const { key, group, name, read } of LIMITS) {
    const limits = childOf(childOf(deploy, 'resources'), group)
    const own = read(childOf(service, key), unheard) ?? 0
    if (limits === undefined || isNull(limits) || own === 0) continue
    const tree = childOf(limits, name)
    if ((read(tree, unheard) ?? 0) === own) continue
    const message =
      tree === undefined
        ? `it lacks ${name}, which the service gives as ${key}`
        : `it differs from ${key} of the same service`
    findings.problem((tree ?? limits).at, message, `Keep ${key} or this, not both.`)
  }
  checkScale(checking, childOf(deploy, 'replicas'))
}

function checkScale(checking: ServiceChecking, replicasTree: Tree | undefined): void {
  const { service, findings } = checking
  const scaleTree = childOf(service, 'scale')
  const scale = countIn(scaleTree, checking)
  const replicas = countIn(replicasTree, checking)
  if (scaleTree && scale !== undefined && replicas !== undefined && scale !== replicas) {
    const message = `scale (${scale}) differs from deploy.replicas (${replicas})`
    findings.problem(scaleTree.at, message, 'Keep one of them.')
  }
  const wanted = scale ?? replicas ?? 1
  const name = childOf(service, 'container_name')
  if (wanted > 1 && name && textOf(name)) {
    const message = `${wanted} containers cannot all be called "${textOf(name) ?? ''}"`
    findings.problem(name.at, message, 'Remove container_name, or run one.')
  }
}

function countIn(tree: Tree | undefined, { findings }: ServiceChecking): number | undefined {
  const value = readWholeNumber(tree, new Findings())
  if (tree && value !== undefined && value < 0)
    findings.problem(tree.at, `"${value}" is not a whole number, 0 or more`, 'Say how many containers.')
  return value
}
