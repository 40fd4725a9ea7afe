import type { Log } from '@towpath/app/ports/log.ts'
import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { displayName } from './ssh-arguments.ts'
import { SshLink } from './ssh-link.ts'

export interface SshHostsOptions {
  /** Of this process alone: what an earlier one left there is removed. */
  folder: string
  /** OpenSSH configuration to use instead of the user's and the machine's. */
  configFile: string | null
  log: Log
  redact: (text: string) => string
}

export interface SshHosts {
  /** One link per user, host and port, however many environments are there and whatever engine they mean. */
  linkTo(host: SshHost): SshLink
  /** Ends all of them; nothing of theirs runs on here. */
  close(): Promise<void>
}

/** Every host that is reached over SSH. Nothing is started before somebody asks for something there. */
export async function sshHosts({ folder, configFile, log, redact }: SshHostsOptions): Promise<SshHosts> {
  await rm(folder, { recursive: true, force: true })
  const links = new Map<string, SshLink>()
  const included = configFile === null ? usualConfiguration() : [configFile]
  const options = { included, named: configFile, log, redact }
  return {
    linkTo: (host) => {
      const key = createHash('sha256').update(displayName(host)).digest('hex').slice(0, 8)
      const link = links.get(key) ?? new SshLink({ host, folder: join(folder, key), ...options })
      links.set(key, link)
      return link
    },
    close: async () => {
      await Promise.all([...links.values()].map((link) => link.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** OpenSSH looks for its user in the user database, whatever `HOME` says. */
const usualConfiguration = (): string[] => [join(userInfo().homedir, '.ssh', 'config'), '/etc/ssh/ssh_config']
