import type { SshHost } from '@towpath/domain/environment/host-address.ts'

/** File names in a link's folder, relative to which `ssh` runs: a socket's path must be short. */
const CONTROL_SOCKET = './control'

/**
 * The configuration that every `ssh` of ours reads, those on jump hosts too: OpenSSH keeps the first value that it finds,
 * so what stands here cannot be switched off by the files that it includes.
 */
export const sshConfig = (included: readonly string[]): string =>
  [
    '# Written by Towpath at every start; what it includes is yours.',
    'BatchMode yes',
    'NumberOfPasswordPrompts 0',
    'StrictHostKeyChecking yes',
    'NoHostAuthenticationForLocalhost no',
    'VerifyHostKeyDNS no',
    'UpdateHostKeys no',
    'ConnectTimeout 10',
    'ConnectionAttempts 1',
    'ServerAliveInterval 5',
    'ServerAliveCountMax 3',
    // A jump host's connection ends with ours, too.
    'ControlMaster no',
    'ControlPath none',
    'ControlPersist no',
    'ForwardAgent no',
    'ForwardX11 no',
    'PermitLocalCommand no',
    'VisualHostKey no',
    'LogLevel INFO',
    ...included.map((path) => `Include ${quoted(path)}`),
    '',
  ].join('\n')

/** In a configuration file of OpenSSH; a pattern there is none of ours. */
const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`

/** True from OpenSSH 8.7 on, by what `ssh -V` says; one that calls itself something else is not known to. */
export function knowsSessionType(version: string): boolean {
  const [, major, minor] = /OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 7)
}

/**
 * The connection itself: it takes forwardings on its control socket, and runs a shell that reads what we write to it.
 * `takesSessionType`: whether this `ssh` knows the options by which a user's configuration could take that shell away.
 */
export const masterArguments = (
  host: SshHost,
  { configFile, takesSessionType }: { configFile: string; takesSessionType: boolean },
): string[] => [
  ...['-F', configFile],
  ...['-M', '-S', CONTROL_SOCKET, '-T'],
  ...options({
    ControlPersist: 'no',
    // What the user's configuration forwards is for people, and may be taken already.
    ClearAllForwardings: 'yes',
    ExitOnForwardFailure: 'no',
    StreamLocalBindUnlink: 'yes',
    StreamLocalBindMask: '0177',
    RemoteCommand: 'none',
    // An older one refuses its command line for these, and its configuration cannot hold them.
    ...(takesSessionType ? { SessionType: 'default', ForkAfterAuthentication: 'no', StdinNull: 'no' } : {}),
  }),
  ...destination(host),
  'exec /bin/sh',
]

export type ForwardTarget = { path: string } | { host: string; port: number }

/** Asks the running connection to lead a local socket to a place as the host sees it. */
export const forwardArguments = (
  host: SshHost,
  { local, target }: { local: string; target: ForwardTarget },
): string[] => [
  ...control('forward'),
  ...['-L', `${local}:${'path' in target ? target.path : `[${target.host}]:${target.port}`}`],
  ...destination(host),
]

interface Offer {
  /** A socket's path on the host, and one here. */
  remote: string
  local: string
}

/** Asks the running connection to lead a socket on the host to a local one. */
export const offerArguments = (host: SshHost, { remote, local }: Offer): string[] => [
  ...control('forward'),
  ...['-R', `${remote}:${local}`],
  ...destination(host),
]

/** Takes back what `offerArguments` asked for. */
export const withdrawArguments = (host: SshHost, { remote, local }: Offer): string[] => [
  ...control('cancel'),
  ...['-R', `${remote}:${local}`],
  ...destination(host),
]

/** Without any configuration: what stands there to be forwarded would be asked for as well. */
const control = (command: string): string[] => ['-F', 'none', '-S', CONTROL_SOCKET, '-O', command]

/** `--` although no name that we take begins with a dash. */
const destination = ({ user, port, name }: SshHost): string[] => [
  ...(user === null ? [] : ['-l', user]),
  ...(port === null ? [] : ['-p', String(port)]),
  ...['--', name],
]

const options = (values: Record<string, string>): string[] =>
  Object.entries(values).flatMap(([key, value]) => ['-o', `${key}=${value}`])

/** How a person would type it. */
export const displayName = ({ user, name, port }: SshHost): string =>
  `${user === null ? '' : `${user}@`}${name}${port === null ? '' : `:${port}`}`
