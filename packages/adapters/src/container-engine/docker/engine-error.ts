import { messageOf, TowpathError, type ErrorFacts } from '@towpath/domain/error/towpath-error.ts'

type Refusal = { pattern: RegExp } & Pick<ErrorFacts, 'code' | 'kind' | 'hint' | 'retryable'>

/** What Docker Engine says in prose only. Read from engine 20.10 to 28; the first row that matches counts. */
const REFUSALS: readonly Refusal[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'DISK_FULL',
    kind: 'failed',
    hint: 'Nothing that runs was changed. Free disk space on the host (towpath never removes images it may need), then retry.',
  },
  {
    pattern: /port is already allocated|bind: address already in use|ports are not available/i,
    code: 'PORT_TAKEN',
    kind: 'conflict',
    hint: 'The container was created but not started. Find the owner with `ss -ltnp` or `docker ps` on the host, free the port, then retry.',
  },
  {
    pattern: /address already in use/i,
    code: 'ADDRESS_TAKEN',
    kind: 'conflict',
    hint: 'The container was not started. `docker network inspect` shows who holds the fixed address; remove that container, then retry.',
  },
  {
    pattern: /user specified IP address is supported only/i,
    code: 'NETWORK_NOT_PINNED',
    kind: 'conflict',
    hint: 'The network was made without a subnet, so no address on it can be fixed. Give it `ipam.config.subnet` in the compose file, or let Towpath create it.',
  },
  {
    pattern: /no such image/i,
    code: 'IMAGE_NOT_FOUND',
    kind: 'not-found',
    hint: 'No container was created. The image was removed from the host; the next attempt pulls it again by digest.',
  },
  {
    pattern: /non-overlapping ipv4 address pool|predefined address pools have been fully subnetted/i,
    code: 'ADDRESS_POOLS_EXHAUSTED',
    kind: 'failed',
    hint: 'No network was created. Remove unused networks with `docker network prune` on the host, or widen `default-address-pools`.',
  },
  {
    pattern: /pool overlaps with other one/i,
    code: 'NETWORK_OVERLAPS',
    kind: 'conflict',
    hint: 'No network was created. Another network holds these addresses: choose another `ipam.config.subnet` in the compose file.',
  },
  {
    pattern: /network \S+ not found|no such network/i,
    code: 'NETWORK_NOT_FOUND',
    kind: 'not-found',
    hint: 'Nothing was started. An external network must exist before a deployment; others are created again by the next attempt.',
  },
  {
    pattern: /bind source path does not exist/i,
    code: 'MOUNT_SOURCE_MISSING',
    kind: 'not-found',
    hint: 'No container was created. Create the path on the host, or correct the volume in the compose file.',
  },
  {
    pattern: /no such container/i,
    code: 'CONTAINER_NOT_FOUND',
    kind: 'not-found',
    hint: 'Nothing was changed. Someone removed it meanwhile; the next attempt creates it again.',
    retryable: true,
  },
]

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
])

/**
 * The typed error for anything a call to the engine throws. `doing` completes "could not …". The engine's own words may
 * repeat a command line, so they pass `redact` first.
 */
export function engineError(
  thrown: unknown,
  { doing, redact }: { doing: string; redact: (text: string) => string },
): TowpathError {
  if (thrown instanceof TowpathError) return thrown
  const code = textProperty(thrown, 'code')
  if (UNREACHABLE.has(code) || isAbort(thrown)) return unreachable(doing, redact(messageOf(thrown)))
  if (code === 'EACCES') return forbidden(doing)
  return refused(doing, redact(engineWords(thrown)))
}

/** HTTP status of the engine's answer inside a thrown error; `null` where there was no answer. */
export function statusOf(thrown: unknown): number | null {
  const status = propertyOf(thrown, 'statusCode')
  return typeof status === 'number' ? status : null
}

const isAbort = (thrown: unknown): boolean =>
  thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError')

const unreachable = (doing: string, why: string): TowpathError =>
  new TowpathError({
    code: 'ENGINE_UNREACHABLE',
    kind: 'unreachable',
    message: `Could not ${doing}: the container engine does not answer (${why}).`,
    hint: 'What runs keeps running and traffic is untouched. Check `docker info` on the host; the act is repeated when the engine answers.',
    retryable: true,
  })

const forbidden = (doing: string): TowpathError =>
  new TowpathError({
    code: 'ENGINE_FORBIDDEN',
    kind: 'forbidden',
    message: `Could not ${doing}: this user may not open the engine's socket.`,
    hint: 'Nothing was changed. Add the user that runs Towpath to the group of the socket (usually `docker`), then start Towpath again.',
  })

/** What it says that we do not know. */
const OTHER_REFUSAL: Omit<Refusal, 'pattern'> = {
  code: 'ENGINE_REFUSED',
  kind: 'failed',
  hint: 'Traffic is untouched. Repeating will not help: correct what the engine names, then deploy again.',
}

function refused(doing: string, words: string): TowpathError {
  const { code, kind, hint, retryable } = REFUSALS.find(({ pattern }) => pattern.test(words)) ?? OTHER_REFUSAL
  return new TowpathError({
    code,
    kind,
    hint,
    message: `Could not ${doing}: ${words}.`,
    detail: { engineSays: words },
    retryable: retryable ?? false,
  })
}

const CLIENT_DECORATION = /^\(HTTP code \d+\) .*? - /

/** The engine's sentence without the client's decoration of it. */
function engineWords(thrown: unknown): string {
  const words = textProperty(propertyOf(thrown, 'json'), 'message')
  return (words === '' ? messageOf(thrown).replace(CLIENT_DECORATION, '') : words).trim().replace(/\.$/, '')
}

const propertyOf = (thrown: unknown, name: string): unknown =>
  typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined

function textProperty(thrown: unknown, name: string): string {
  const value = propertyOf(thrown, name)
  return typeof value === 'string' ? value : ''
}
