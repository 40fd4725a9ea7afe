import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
// By their files: the package's own index replaces the HTTP client of the whole process.
import { initializeCA } from '@sigstore/mock/dist/fulcio/ca.js'
import { initializeCTLog } from '@sigstore/mock/dist/fulcio/ctlog.js'
import { initializeTLog } from '@sigstore/mock/dist/rekor/tlog.js'
import { initializeTSA } from '@sigstore/mock/dist/timestamp/tsa.js'
import { signedBytes, statementType } from '@towpath/domain/evidence/statement.ts'

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
type KeyPair = ReturnType<typeof pair>
type Bytes = ArrayBufferView<ArrayBuffer>
const LOG = 'https://log.example.test'

const base64 = (bytes: Bytes): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** Timestamps of these tests have no parts of seconds. */
const wholeSecond = (): Date => new Date(Math.floor(Date.now() / 1_000) * 1_000)

export const image = `sha256:${'1'.repeat(64)}`
export const commit = 'c'.repeat(40)
const workflow = 'https://github.com/acme/shop/.github/workflows/build.yml@refs/heads/main'

export const provenanceOf = (digest: string): string =>
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'ghcr.io/acme/shop', digest: { sha256: digest.replace('sha256:', '') } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        externalParameters: {
          workflow: {
            repository: 'https://github.com/acme/shop',
            path: '.github/workflows/build.yml',
            ref: 'refs/heads/main',
          },
        },
      },
      runDetails: { builder: { id: workflow } },
    },
  })

/** What a certificate of GitHub Actions says, by the last number of Fulcio's extensions. */
const extensions: Record<number, string> = {
  8: 'https://token.actions.githubusercontent.com',
  11: 'github-hosted',
  12: 'https://github.com/acme/shop',
  13: commit,
  14: 'refs/heads/main',
}

/** What the log of these tests answers; the package's own type of it is not installed with it. */
interface LogEntry {
  body: string
  integratedTime: number
  logID: string
  logIndex: number
  verification: {
    signedEntryTimestamp: string
    inclusionProof: { logIndex: number; rootHash: string; treeSize: number; checkpoint: string }
  }
}

export interface AttestOptions {
  statement?: string
  /** How the signed time is proved. */
  time?: 'log' | 'authority' | 'none'
  /** When the log or the authority saw it; the certificate is issued now and holds for ten minutes. */
  seenAt?: Date
}

interface Keys {
  authority: KeyPair
  certificates: KeyPair
  log: KeyPair
  time: KeyPair
}

/** An instance of Sigstore with keys of its own: authority, certificate log, log, timestamp authority. */
export async function openInstance({ logs = true } = {}) {
  const keys: Keys = { authority: pair(), certificates: pair(), log: pair(), time: pair() }
  const authority = await initializeCA(
    keys.authority,
    logs ? await initializeCTLog(keys.certificates) : undefined,
  )
  const { rootCertificate, intCertificate } = await initializeTSA(keys.time, wholeSecond())
  const root = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: logs ? [logOf(keys.log)] : [],
    ctlogs: logs ? [logOf(keys.certificates)] : [],
    certificateAuthorities: [chainOf(authority.rootCertificate)],
    timestampAuthorities: [chainOf(intCertificate, rootCertificate)],
  })
  const certify = (publicKey: KeyObject): Promise<Bytes> =>
    authority.issueCertificate({
      publicKey: publicKey.export({ format: 'der', type: 'spki' }),
      subjectAltName: workflow,
      extensions: Object.entries(extensions).map(([last, value]) => ({
        oid: `1.3.6.1.4.1.57264.1.${last}`,
        value,
      })),
    })
  return { root, attest: (options: AttestOptions = {}) => attest({ keys, certify }, options) }
}

function logOf({ publicKey }: KeyPair): object {
  const rawBytes = publicKey.export({ format: 'der', type: 'spki' })
  return {
    baseUrl: LOG,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: rawBytes.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: '2020-01-01T00:00:00Z' },
    },
    logId: { keyId: sha256(rawBytes).toString('base64') },
  }
}

const chainOf = (...certificates: Bytes[]): object => ({
  subject: { organization: 'acme', commonName: 'acme' },
  uri: 'https://authority.example.test',
  certChain: { certificates: certificates.map((one) => ({ rawBytes: base64(one) })) },
  validFor: { start: '2020-01-01T00:00:00Z' },
})

/** As an attesting action does it: a key for one signature, its certificate, and proof of the time. */
async function attest(
  { keys, certify }: { keys: Keys; certify: (key: KeyObject) => Promise<Bytes> },
  { statement = provenanceOf(image), time = 'log', seenAt }: AttestOptions,
): Promise<string> {
  const { publicKey, privateKey } = pair()
  const certificate = await certify(publicKey)
  const payload = Buffer.from(statement)
  const sig = sign('sha256', signedBytes(payload), privateKey)
  const signed = { payload, sig, certificate, seenAt }
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: base64(certificate) },
      tlogEntries: time === 'log' ? [await logged(keys.log, signed)] : [],
      timestampVerificationData: {
        rfc3161Timestamps: time === 'authority' ? [await stamped(keys.time, signed)] : [],
      },
    },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: statementType,
      signatures: [{ sig: sig.toString('base64'), keyid: '' }],
    },
  })
}

interface Signed {
  payload: Buffer
  sig: Buffer
  certificate: Bytes
  seenAt: Date | undefined
}

async function stamped(key: KeyPair, { sig, seenAt }: Signed): Promise<object> {
  const authority = await initializeTSA(key, seenAt ?? wholeSecond())
  const signedTimestamp = await authority.timestamp({
    artifactHash: sha256(sig),
    hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
    nonce: 1,
    policyOID: '1.3.6.1.4.1.57264.2',
  })
  return { signedTimestamp: base64(signedTimestamp) }
}

async function logged(key: KeyPair, { payload, sig, certificate, seenAt }: Signed): Promise<object> {
  const pem = `-----BEGIN CERTIFICATE-----\n${base64(certificate)}\n-----END CERTIFICATE-----\n`
  const writer = await initializeTLog(LOG, key, seenAt)
  const entry = await writer.log({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
      signatures: [{ signature: sig.toString('base64'), verifier: Buffer.from(pem).toString('base64') }],
    },
  })
  const [recorded] = Object.values(entry as Record<string, LogEntry>)
  if (recorded === undefined) throw new Error('the log recorded nothing')
  const { inclusionProof, signedEntryTimestamp } = recorded.verification
  return {
    logIndex: String(recorded.logIndex),
    logId: { keyId: Buffer.from(recorded.logID, 'hex').toString('base64') },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    integratedTime: String(recorded.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(inclusionProof.logIndex),
      rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
      treeSize: String(inclusionProof.treeSize),
      hashes: [],
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: recorded.body,
  }
}
