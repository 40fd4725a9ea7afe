// What @peculiar/x509 finds its parts by: before it.
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { X509Certificate } from '@peculiar/x509'
import { webcrypto } from 'node:crypto'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const hourMs = 3_600_000

/** A certificate with its key, as a TLS server takes them. */
export interface MadeCertificate {
  /** PEM of the certificate alone. */
  cert: string
  /** PEM of it and of all that stands between it and its authority. */
  fullchain: string
  key: string
}

export interface Authority extends MadeCertificate {
  /** Certificate for a key that somebody else holds. */
  sign(key: webcrypto.CryptoKey, told: Told): Promise<string>
  /** A certificate with a key of its own; an authority where `names` is empty. */
  issue(told: Told): Promise<Authority>
}

export interface Told {
  /** DNS names and addresses; none makes an authority below this one. */
  names: readonly string[]
  /** From now on: when it begins and ends, in ms; negative is past. An hour ago and an hour hence unless told. */
  fromMs?: number
  untilMs?: number
}

/** An authority of its own, which nobody trusts, or with names a certificate that vouches for itself. */
export async function makeAuthority(told: Told = { names: [] }): Promise<Authority> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...fieldsOf(told),
    name: `CN=${told.names[0] ?? 'Test Authority'}`,
    keys,
  })
  return await authorityOf({ certificate, keys, above: '' })
}

interface Held {
  certificate: X509Certificate
  keys: webcrypto.CryptoKeyPair
  /** PEM of what stands between it and the authority that vouches for itself. */
  above: string
}

async function authorityOf(held: Held): Promise<Authority> {
  const { certificate, keys, above } = held
  const cert = `${certificate.toString('pem')}\n`
  const isRoot = certificate.subject === certificate.issuer
  const sign = async (publicKey: webcrypto.CryptoKey, told: Told): Promise<X509Certificate> =>
    await X509CertificateGenerator.create({
      ...fieldsOf(told),
      subject: `CN=${told.names[0] ?? 'Test Intermediate'}`,
      issuer: certificate.subject,
      publicKey,
      signingKey: keys.privateKey,
    })
  return {
    cert,
    fullchain: cert + above,
    key: await pemOf(keys.privateKey),
    sign: async (publicKey, told) => `${(await sign(publicKey, told)).toString('pem')}\n`,
    issue: async (told) => {
      const own = await newKeys()
      const made = await sign(own.publicKey, told)
      return await authorityOf({ certificate: made, keys: own, above: isRoot ? '' : cert + above })
    },
  }
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

function fieldsOf({ names, fromMs = -hourMs, untilMs = hourMs }: Told) {
  const isAuthority = names.length === 0
  const usage = isAuthority ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature
  return {
    notBefore: new Date(Date.now() + fromMs),
    notAfter: new Date(Date.now() + untilMs),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(isAuthority, undefined, true),
      new KeyUsagesExtension(usage, true),
      ...(isAuthority ? [] : [new SubjectAlternativeNameExtension(names.map(generalName))]),
    ],
  }
}

const generalName = (value: string) => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value }) as const

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  const rows = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN PRIVATE KEY-----\n${rows.join('\n')}\n-----END PRIVATE KEY-----\n`
}
