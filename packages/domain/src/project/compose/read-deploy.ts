import type { RestartPolicy } from '../../deployment/container.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { readCount } from './scalars.ts'
import { childOf, entriesOf, textOf } from './tree.ts'
import type { Entry } from './tree.ts'

/** How many containers of the service the file wants: `scale`, or `deploy.replicas`. */
export function readReplicas(reading: ServiceReading): number {
  const { findings } = reading
  const scale = readCount(keyOf(reading, 'scale'), findings)
  return scale ?? readCount(childOf(keyOf(reading, 'deploy'), 'replicas'), findings) ?? 1
}

const CONDITIONS: Record<string, RestartPolicy['name']> = {
  none: 'no',
  any: 'always',
  'on-failure': 'on-failure',
}

/** `restart`, unless `deploy.restart_policy` says otherwise, as Docker Compose decides it. */
export function readRestart(reading: ServiceReading): RestartPolicy {
  const policy = childOf(keyOf(reading, 'deploy'), 'restart_policy')
  if (policy !== undefined) {
    const condition = textOf(childOf(policy, 'condition')) ?? 'any'
    const name = CONDITIONS[condition]
    const retries = readCount(childOf(policy, 'max_attempts'), reading.findings) ?? 0
    if (name !== undefined) return name === 'on-failure' ? { name, retries } : { name }
    reading.findings.problem(
      policy.at,
      `restart_policy has no condition "${condition}"`,
      'Use none, on-failure or any.',
    )
  }
  return parseRestart(reading)
}

function parseRestart(reading: ServiceReading): RestartPolicy {
  const tree = keyOf(reading, 'restart')
  const text = textOf(tree) || 'no'
  if (text === 'no' || text === 'always' || text === 'unless-stopped') return { name: text }
  const match = /^on-failure(?::(\d{1,6}))?$/.exec(text)
  if (match) return { name: 'on-failure', retries: Number(match[1] ?? 0) }
  if (tree)
    reading.findings.problem(
      tree.at,
      `"${text}" is not a restart policy`,
      'Use no, always, unless-stopped or on-failure[:N].',
    )
  return { name: 'no' }
}

const READ = new Set(['replicas', 'restart_policy', 'resources'])

/** Keys of `deploy` that a swarm would follow and we do not: told, because somebody may count on them. */
export function checkDeploy(reading: ServiceReading): void {
  const deploy = keyOf(reading, 'deploy')
  for (const [key, entry] of entriesOf(deploy)) {
    if (READ.has(key) || key.startsWith('x-')) continue
    if (key === 'mode') checkMode(entry, reading)
    else
      reading.findings.warn(
        entry.at,
        `deploy.${key} has no effect here`,
        'How a release goes out is said in towpath.yaml.',
      )
  }
  for (const key of ['delay', 'window'])
    tellIgnored(childOf(childOf(deploy, 'restart_policy'), key), `restart_policy.${key}`, reading)
  const reservations = childOf(childOf(deploy, 'resources'), 'reservations')
  tellIgnored(childOf(reservations, 'cpus'), 'reservations.cpus', reading)
  for (const key of ['devices', 'generic_resources']) {
    const tree = childOf(reservations, key)
    if (tree)
      reading.findings.problem(
        tree.at,
        `deploy.resources.reservations.${key} cannot be honoured`,
        'Pass devices by "devices:".',
      )
  }
}

function checkMode({ value }: Entry, { findings }: ServiceReading): void {
  const mode = textOf(value) ?? ''
  if (mode !== 'replicated')
    findings.problem(value.at, `deploy.mode: ${mode} cannot be honoured`, 'Only replicated is known.')
}

function tellIgnored(tree: Entry['value'] | undefined, name: string, { findings }: ServiceReading): void {
  if (tree)
    findings.warn(
      tree.at,
      `deploy ${name} has no effect here`,
      'One engine runs the containers; it has no such setting.',
    )
}
