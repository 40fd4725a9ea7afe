import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { TowpathError, messageOf, type ErrorFacts } from '@towpath/domain/error/towpath-error.ts'
import { displayName } from './ssh-arguments.ts'

type Reading = Pick<ErrorFacts, 'code' | 'kind' | 'hint'> & { why: string; retryable?: boolean }

const UNCHANGED = 'Nothing was changed; what runs there keeps running and traffic is untouched.'

/**
 * The error for a connection that `ssh` did not make, or lost, read from what it said (OpenSSH 7.6 to 10). Only those that
 * a person has to mend are final; everything else may pass by itself.
 */
export function sshFailure(host: SshHost, said: string): TowpathError {
  const name = displayName(host)
  const { why, ...facts } = readingOf(host, said)
  return new TowpathError({
    ...facts,
    message: `The host ${name} cannot be reached over SSH: ${why}.`,
    detail: { host: name, sshSays: said },
    retryable: facts.retryable ?? false,
  })
}

function readingOf(host: SshHost, said: string): Reading {
  const changed = /Offending \S+ key in (\S+)/.exec(said)?.[1]
  if (changed !== undefined || /HOST IDENTIFICATION HAS CHANGED/.test(said)) return keyChanged(host, changed)
  const unknown = /No (\S+) host key is known for (\S+)/.exec(said)
  if (unknown !== null) return keyUnknown(unknown[1] ?? '', unknown[2] ?? '')
  if (/Host key verification failed|host key is revoked|REVOKED HOST KEY/i.test(said)) return keyRefused(host)
  if (/Permission denied \(|Too many authentication failures/.test(said)) return loginRefused(host, said)
  if (
    /Bad configuration option|bad configuration options|Bad owner or permissions|no argument after/.test(said)
  )
    return configRefused(said)
  return {
    code: 'HOST_UNREACHABLE',
    kind: 'unreachable',
    why: lastLines(said) || 'ssh ended without a word',
    hint: `What runs there keeps running and traffic is untouched. Try: ${trial(host)}. The act is repeated when the host answers.`,
    retryable: true,
  }
}

const keyUnknown = (kind: string, place: string): Reading => ({
  code: 'HOST_KEY_UNKNOWN',
  kind: 'usage',
  why: `no ${kind} key of ${place} is among the known hosts, and Towpath takes none on trust`,
  hint: `${UNCHANGED} Fetch it with ${keyscan(place)}, compare its fingerprint with what the host's console shows for ssh-keygen -lf /etc/ssh/ssh_host_${kind.toLowerCase()}_key.pub, then add it to ~/.ssh/known_hosts of the user that runs Towpath.`,
})

const keyChanged = (host: SshHost, place: string | undefined): Reading => ({
  code: 'HOST_KEY_CHANGED',
  kind: 'forbidden',
  why: `it shows another key than the one that is known${place === undefined ? '' : ` (${place})`}`,
  hint: `${UNCHANGED} Somebody may stand in between. Only if you know that the host was made anew: ssh-keygen -R '${knownAs(host)}', then add its new key as for a new host.`,
})

const keyRefused = (host: SshHost): Reading => ({
  code: 'HOST_KEY_UNKNOWN',
  kind: 'usage',
  why: 'its key, or that of a jump host before it, is not among the known hosts',
  hint: `${UNCHANGED} See which one: ${trial(host)}`,
})

const loginRefused = (host: SshHost, said: string): Reading => ({
  code: 'HOST_LOGIN_REFUSED',
  kind: 'forbidden',
  why: lastLines(said),
  hint: `${UNCHANGED} Towpath never types a password: give the user that runs it a key that the host takes, or its agent's SSH_AUTH_SOCK. Try: ${trial(host)}`,
})

const configRefused = (said: string): Reading => ({
  code: 'HOST_SSH_CONFIG',
  kind: 'usage',
  why: `OpenSSH refuses its configuration (${lastLines(said)})`,
  hint: `${UNCHANGED} Mend that line, then deploy again.`,
})

const trial = ({ user, name, port }: SshHost): string =>
  `ssh -o BatchMode=yes ${port === null ? '' : `-p ${port} `}${user === null ? '' : `${user}@`}${name} true`

/** `[name]:port` as known_hosts writes it. */
const knownAs = ({ name, port }: SshHost): string =>
  port === null || port === 22 ? name : `[${name}]:${port}`

function keyscan(place: string): string {
  const [, name = place, port] = /^\[([^\]]+)\]:(\d+)$/.exec(place) ?? []
  return `ssh-keyscan${port === undefined ? '' : ` -p ${port}`} ${name}`
}

/** What comes last is nearest to the cause; one line for a sentence. A socket that led nowhere is another matter. */
const lastLines = (said: string): string =>
  withoutChannels(said).split('\n').filter(Boolean).slice(-2).join('; ').replace(/\.$/, '')

/** Without what `ssh` says when nobody listens at a socket on the host. */
const withoutChannels = (said: string): string => said.replaceAll(/^channel \d+: open failed: .*$/gm, '')

const sshMissing = (host: SshHost): TowpathError =>
  new TowpathError({
    code: 'HOST_SSH_MISSING',
    kind: 'usage',
    message: `The host ${displayName(host)} cannot be reached: there is no program ssh on this machine that this user may run.`,
    hint: 'Nothing was changed. Install OpenSSH (Debian: apt-get install openssh-client), then deploy again.',
  })

/** No `ssh` began. A machine that has no file, process or memory left has one again later. */
export function sshNotStarted(host: SshHost, fault: unknown): TowpathError {
  const { code = '', syscall = '' } = fault as NodeJS.ErrnoException
  if (syscall.startsWith('spawn') && ['ENOENT', 'EACCES'].includes(code)) return sshMissing(host)
  return new TowpathError({
    code: 'HOST_SSH_NOT_STARTED',
    kind: 'unreachable',
    message: `The host ${displayName(host)} cannot be reached: ssh could not be started on this machine (${messageOf(fault)}).`,
    hint: 'What runs there keeps running and traffic is untouched. Look at the open files, processes, memory and disk of the machine that runs Towpath; the act is repeated meanwhile.',
    detail: { host: displayName(host), fault: code },
    retryable: true,
  })
}

/** Whoever asks comes too late: nothing may be started any more that nobody would end. */
export const linkClosed = (host: SshHost): TowpathError =>
  new TowpathError({
    code: 'HOST_LINK_CLOSED',
    kind: 'unreachable',
    message: `The host ${displayName(host)} is not asked any more: this controller is ending.`,
    hint: 'Nothing was changed. The next controller goes on where this one was.',
    detail: { host: displayName(host) },
    retryable: true,
  })

/** A deadline passed: as if the link were cut, because nobody can tell. */
export const hostSilent = (
  host: SshHost,
  { doing, withinMs }: { doing: string; withinMs: number },
): TowpathError =>
  new TowpathError({
    code: 'HOST_UNREACHABLE',
    kind: 'unreachable',
    message: `The host ${displayName(host)} did not answer over SSH within ${withinMs / 1000} s (${doing}).`,
    hint: `What runs there keeps running and traffic is untouched. Try: ${trial(host)}. The act is repeated when the host answers.`,
    detail: { host: displayName(host) },
    retryable: true,
  })

export const forwardingRefused = (host: SshHost, { to, said }: { to: string; said: string }): TowpathError =>
  new TowpathError({
    code: 'HOST_FORWARDING_REFUSED',
    kind: 'failed',
    message: `The host ${displayName(host)} did not forward ${to}: ${lastLines(said) || 'no reason given'}.`,
    hint: 'Nothing was changed. Its sshd must allow it: AllowTcpForwarding yes, AllowStreamLocalForwarding yes, DisableForwarding no.',
    detail: { host: displayName(host), sshSays: said },
    retryable: true,
  })

export const commandFailed = (
  host: SshHost,
  { doing, said }: { doing: string; said: string },
): TowpathError => {
  const isFull = /No space left on device|Disk quota exceeded/i.test(said)
  return new TowpathError({
    code: isFull ? 'DISK_FULL' : 'HOST_COMMAND_FAILED',
    kind: 'failed',
    message: `Could not ${doing} on ${displayName(host)}: ${lastLines(said) || 'no reason given'}.`,
    hint: isFull
      ? 'Nothing that runs was changed. Free disk space on the host (towpath never removes images it may need), then retry.'
      : 'Nothing that runs was changed. Mend what the host names; the act is repeated meanwhile.',
    detail: { host: displayName(host), hostSays: said },
    retryable: !isFull,
  })
}
