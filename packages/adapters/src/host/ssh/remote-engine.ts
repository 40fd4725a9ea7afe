import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { EngineWay } from '../../container-engine/docker/client.ts'
import { shortSocketPath } from '../short-socket-path.ts'
import { shellWord } from './remote-shell.ts'
import { displayName } from './ssh-arguments.ts'
import type { SshLink } from './ssh-link.ts'

/** The way to a host's engine and to its disk, for `dockerEngine`. */
export const engineOver = (
  link: SshLink,
  host: SshHost,
): EngineWay & { freeBytes: (folder: string) => Promise<number | null> } => ({
  socketPath: async () => shortSocketPath(await link.forward({ path: host.socketPath })),
  agent: link.agent,
  explain: (error) => explain(link, { host, error }),
  freeBytes: async (folder) => freeBytesIn(await link.run(freeScript(folder), 'read free disk space')),
})

/** In blocks of 1024 bytes, the same on every system; a folder that only root may enter has a parent that we may. */
const freeScript = (folder: string): string =>
  `f=${shellWord(folder)}; until df -Pk "$f" 2>/dev/null; do [ "$f" != / ] || exit 1; f=$(dirname "$f"); done`

/** The fourth column of the line after the heading of `df -P`; null for anything else. */
export function freeBytesIn(answer: string): number | null {
  const line = answer.trim().split('\n').at(-1) ?? ''
  const available = /^\S.*?\s+\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(line)?.[1]
  return available === undefined ? null : Number(available) * 1024
}

/** An engine that gave no answer over the link: was it the link, the socket, or the engine? */
async function explain(
  link: SshLink,
  { host, error }: { host: SshHost; error: TowpathError },
): Promise<TowpathError> {
  const socket = shellWord(host.socketPath)
  const look = `if [ ! -S ${socket} ]; then echo absent; elif [ -w ${socket} ]; then echo open; else echo shut; fi`
  try {
    const seen = (await link.run(look, 'look for its Docker Engine')).trim()
    if (seen === 'shut') return forbidden(host)
    const words = (await link.connection()).words.split('\n').at(-1) ?? ''
    return silent(host, { error, seen, words })
  } catch (thrown) {
    return thrown instanceof TowpathError ? thrown : error
  }
}

const forbidden = (host: SshHost): TowpathError =>
  new TowpathError({
    code: 'ENGINE_FORBIDDEN',
    kind: 'forbidden',
    message: `On ${displayName(host)} the user that Towpath logs in as may not open ${host.socketPath}.`,
    hint: 'Nothing was changed. On the host: sudo usermod -aG docker USER. Then end the link, as by starting Towpath again, because a group counts from the next log-in.',
  })

/** Nothing on the host tells a socket that is not forwarded from one that nobody listens at. */
const FORWARDING_HINT =
  'Where it works there, its sshd forwards no sockets: AllowStreamLocalForwarding yes, DisableForwarding no.'

function silent(
  host: SshHost,
  { error, seen, words }: { error: TowpathError; seen: string; words: string },
): TowpathError {
  const why =
    seen === 'absent' ? ` There is no socket at ${host.socketPath}.` : words && ` ssh said: ${words}.`
  return new TowpathError({
    code: 'ENGINE_UNREACHABLE',
    kind: 'unreachable',
    message: `${error.message} The host ${displayName(host)} itself answers.${why}`,
    hint: seen === 'open' ? `${error.hint} ${FORWARDING_HINT}` : error.hint,
    detail: { ...error.detail, host: displayName(host) },
    retryable: true,
  })
}
