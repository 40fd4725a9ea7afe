/**
 * Why a client that trusts what its system trusts would refuse the chain, whatever the certificate itself says:
 * `self-signed` vouches for itself · `incomplete` comes without what stands between it and its authority · `untrusted` ends at
 * an authority that nobody here knows · `outdated` has a link that ran out or has not begun, and is not the certificate itself ·
 * `other` is anything else, by OpenSSL's own name for it.
 */
export type ChainFault = 'self-signed' | 'incomplete' | 'untrusted' | 'outdated' | 'other'

/** A server's certificate as it was seen, without one byte of a key. */
export interface SeenCertificate {
  /** What it is for: DNS names, `*.` for one label, and addresses. */
  names: string[]
  issuer: string
  /** RFC 3339, UTC. */
  notBefore: string
  notAfter: string
  /** SHA-256 of all of it, as OpenSSL prints it: two are one where this is equal. */
  fingerprint: string
  /** Null where the chain holds, or where only a file was seen and nobody asked for it. */
  chain: { fault: ChainFault; code: string } | null
}

/** What a name is served with, as the ledger keeps it. */
export interface ServedCertificate extends SeenCertificate {
  name: string
}

/** Whether a certificate is for a host name, by RFC 6125: exactly, or by a star for the first label. */
export const isForName = ({ names }: Pick<SeenCertificate, 'names'>, name: string): boolean =>
  names.some((own) => coversName(own.toLowerCase(), name.toLowerCase().replace(/\.$/, '')))

function coversName(own: string, name: string): boolean {
  if (!own.startsWith('*.')) return own === name
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot) === own.slice(1)
}
