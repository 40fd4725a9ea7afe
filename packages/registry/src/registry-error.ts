import { messageOf, TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** Anything that a request can throw, as a typed error about that registry. Says nothing of what was sent. */
export function registryFault(host: string, thrown: unknown): TowpathError {
  if (thrown instanceof TowpathError) return thrown
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
  const code = typeof cause === 'object' && cause !== null ? String(Reflect.get(cause, 'code') ?? '') : ''
  if (/CERT|SIGNATURE|^ERR_(?:SSL|TLS)_/.test(code)) return untrusted(host, code)
  return unreachable(host, code === '' ? messageOf(cause) : code)
}

/** No answer, or one that asks to come again later. */
export const unreachable = (host: string, why: string): TowpathError =>
  new TowpathError({
    code: 'REGISTRY_UNREACHABLE',
    kind: 'unreachable',
    message: `Registry ${host} gives no answer (${why}).`,
    hint: 'Nothing was changed, and a deployment asks again by itself. Check that this machine reaches the registry.',
    retryable: true,
  })

const untrusted = (host: string, why: string): TowpathError =>
  new TowpathError({
    code: 'REGISTRY_UNTRUSTED',
    kind: 'failed',
    message: `Registry ${host} shows a certificate that this machine does not trust (${why}).`,
    hint: 'Nothing was sent. Add its certificate authority with NODE_EXTRA_CA_CERTS, or correct the address.',
  })

export const unauthorized = (host: string, repository: string): TowpathError =>
  new TowpathError({
    code: 'REGISTRY_UNAUTHORIZED',
    kind: 'forbidden',
    message: `Registry ${host} does not let this account read ${repository}.`,
    hint: 'Nothing was changed. Check user, password and read permission of the registry account: a deployment has it from the environment’s secrets, a command such as towpath scan from docker login.',
  })

/** It answered, but not as the distribution specification says. */
export const unreadable = (host: string, why: string): TowpathError =>
  new TowpathError({
    code: 'REGISTRY_ANSWER_UNREADABLE',
    kind: 'failed',
    message: `${host} does not answer as a registry should: ${why}.`,
    hint: 'Nothing was changed. Check that the image reference names a registry and not another kind of server.',
  })
