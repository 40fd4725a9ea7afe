import { secretNamesIn } from '../../config/secret-placeholder.ts'
import { SETTING_KEYS } from './read-settings.ts'
import type { ServiceReading } from './reading.ts'
import { someText } from './tree.ts'

/** Keys that some reader turns into a part of the model. */
const READ: ReadonlySet<string> = new Set([
  ...SETTING_KEYS,
  'build',
  'command',
  'configs',
  'container_name',
  'depends_on',
  'deploy',
  'entrypoint',
  'env_file',
  'environment',
  'expose',
  'extends',
  'healthcheck',
  'image',
  'label_file',
  'labels',
  'links',
  'network_mode',
  'networks',
  'ports',
  'profiles',
  'restart',
  'scale',
  'secrets',
  'tmpfs',
  'volumes',
])

/** Keys about building or about somebody's terminal: nothing of a running container depends on them. */
const NOT_ABOUT_CONTAINERS: ReadonlySet<string> = new Set(['attach', 'develop'])

/** Keys without which the container is the same in all that matters here, with what happens instead. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  annotations: 'they are not passed on',
  pull_policy: 'images are pulled by digest, once',
  pull_refresh_after: 'images are pulled by digest, once',
}

/** Keys that change the container in a way we cannot give it, with what to do. */
const CANNOT_BE_HONOURED: Readonly<Record<string, string>> = {
  blkio_config: 'Limit it on the host.',
  cgroup: 'Set it in the engine.',
  cgroup_parent: 'Set it in the engine.',
  cpu_count: 'Use cpus.',
  cpu_percent: 'Use cpus.',
  cpu_period: 'Use cpus.',
  cpu_quota: 'Use cpus.',
  cpu_rt_period: 'Use cpus.',
  cpu_rt_runtime: 'Use cpus.',
  cpu_shares: 'Use cpus.',
  cpuset: 'Use cpus.',
  credential_spec: 'It is for Windows hosts.',
  device_cgroup_rules: 'Name the devices under "devices:".',
  external_links: 'Join a network both are on, declared "external: true".',
  gpus: 'Pass devices by "devices:".',
  isolation: 'It is for Windows hosts.',
  mac_address: 'Remove it: two releases side by side would share it.',
  mem_swappiness: 'Set it on the host.',
  models: 'Run the model as a service of its own.',
  oom_kill_disable: 'Use oom_score_adj.',
  post_start: 'Do it in the entrypoint of the image.',
  pre_stop: 'Do it when the process gets SIGTERM.',
  provider: 'Towpath runs containers only.',
  runtime: 'Set the default runtime in the engine.',
  storage_opt: 'Set it in the engine.',
  use_api_socket: 'Mount the socket, if you must.',
  uts: 'Use hostname.',
  volumes_from: 'Mount the same volumes by name in both services.',
}

/** Every key of a service is either read, or said to be without effect, or refused by name: none is dropped silently. */
export function checkKeys(reading: ServiceReading): void {
  for (const [key, { at }] of reading.service.entries) {
    if (READ.has(key) || NOT_ABOUT_CONTAINERS.has(key) || key.startsWith('x-')) continue
    const instead = Object.hasOwn(WITHOUT_EFFECT, key) ? WITHOUT_EFFECT[key] : undefined
    if (instead !== undefined) {
      reading.findings.warn(
        at,
        `${key} of service ${reading.name} has no effect here: ${instead}`,
        'Nothing needs to be done.',
      )
      continue
    }
    const hint = Object.hasOwn(CANNOT_BE_HONOURED, key) ? CANNOT_BE_HONOURED[key] : undefined
    reading.findings.problem(
      at,
      `${key} of service ${reading.name} cannot be honoured`,
      hint ?? 'Remove it, or run this service by other means.',
    )
  }
}

/** What becomes of a key, for the test that the official schema has none we do not know. */
export const isKnownKey = (key: string): boolean =>
  READ.has(key) ||
  NOT_ABOUT_CONTAINERS.has(key) ||
  Object.hasOwn(WITHOUT_EFFECT, key) ||
  Object.hasOwn(CANNOT_BE_HONOURED, key)

/** Where a container gets a secret's value in the call that creates it; nowhere else is a stand-in replaced. */
const MAY_HOLD_SECRETS: ReadonlySet<string> = new Set([
  'build',
  'command',
  'entrypoint',
  'environment',
  'healthcheck',
  'labels',
  'logging',
])

/** A secret in the name of an image, a path or a port would end up in plans, events and names: refused. */
export function refuseSecrets(reading: ServiceReading): void {
  for (const [key, { value }] of reading.service.entries) {
    if (MAY_HOLD_SECRETS.has(key) || key.startsWith('x-') || !someText(value, holdsSecret)) continue
    const hint = 'Move that variable from the secrets to the plain settings of the environment.'
    reading.findings.problem(value.at, `${key} of service ${reading.name} would hold a secret`, hint)
  }
}

const holdsSecret = (text: string): boolean => secretNamesIn(text).length > 0
