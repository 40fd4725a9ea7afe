import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { EnginePlace } from './place.ts'

const run = promisify(execFile)
const ip = async (...args: string[]): Promise<void> => void (await run('ip', args))

/**
 * Makes the network namespace of a second engine and a wire to it. In the machine's own namespace a second `dockerd`
 * takes `docker0` and the firewall's chains away from the first.
 */
export async function makeNamespace({
  name,
  link,
  machineAddress,
  engineAddress,
}: EnginePlace): Promise<void> {
  await ip('netns', 'add', name)
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  await ip('address', 'add', `${machineAddress}/30`, 'dev', link)
  await ip('link', 'set', link, 'up')
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  await ip('-n', name, 'address', 'add', `${engineAddress}/30`, 'dev', 'eth0')
  await ip('-n', name, 'link', 'set', 'eth0', 'up')
  await ip('-n', name, 'route', 'add', 'default', 'via', machineAddress)
}

/** Everything inside goes with it. Fine when it is not there. */
export async function removeNamespace({ name, link }: EnginePlace): Promise<void> {
  await ip('link', 'delete', link).catch(() => {})
  await ip('netns', 'delete', name).catch(() => {})
}

/** What to put before a command so that it runs in the namespace. `ip netns exec` would also change `/sys`. */
export const inNamespace = ({ name }: EnginePlace): [program: string, ...args: string[]] => [
  'nsenter',
  `--net=/run/netns/${name}`,
]
