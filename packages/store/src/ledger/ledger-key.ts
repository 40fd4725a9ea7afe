import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LedgerHead } from '@towpath/domain/ledger/event.ts'
import { signedHeadText } from './signed-head.ts'
import type { SignedHead } from './signed-head.ts'

/** The Ed25519 key of one installation; the private half never leaves this object. */
export interface LedgerKey {
  publicKeyPem: string
  sign(head: LedgerHead & { at: string; installation: string }): SignedHead
  evidence: EvidenceKey
}

/**
 * The same key for statements of evidence. What it signs begins with DSSE's own words, and a head with those of a head,
 * so neither signature can ever stand for the other.
 */
export interface EvidenceKey {
  /** Hex SHA-256 of the public key in DER. */
  keyId: string
  sign(bytes: Uint8Array): Uint8Array
  isSigned(bytes: Uint8Array, signature: Uint8Array): boolean
}

const KEY_FILE = 'ledger-key.pem'

/** Opens the key in the state directory, making it on the first call (file mode 0600). Throws LEDGER_KEY_UNREADABLE. */
export const openLedgerKey = async (stateDir: string): Promise<LedgerKey> => {
  const file = join(stateDir, KEY_FILE)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  try {
    return keyOf(createPrivateKey(await readOrCreate(file)))
  } catch (cause) {
    throw new TowpathError({
      code: 'LEDGER_KEY_UNREADABLE',
      kind: 'failed',
      message: `The ledger's key in ${file} cannot be read as a key.`,
      hint: 'It was not replaced: clients trust the old one. Restore the file from a backup of the state directory.',
      cause,
    })
  }
}

const keyOf = (privateKey: KeyObject): LedgerKey => ({
  publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
  evidence: evidenceKeyOf(privateKey, createPublicKey(privateKey)),
  sign: ({ installation, seq, hash, at }) => {
    const statement = { installation, seq, hash, at }
    return {
      ...statement,
      signature: sign(null, Buffer.from(signedHeadText(statement)), privateKey).toString('base64'),
    }
  },
})

const evidenceKeyOf = (privateKey: KeyObject, publicKey: KeyObject): EvidenceKey => ({
  keyId: createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex'),
  sign: (bytes) => sign(null, dsseOnly(bytes), privateKey),
  isSigned: (bytes, signature) => verify(null, bytes, publicKey, signature),
})

/** Nothing but what DSSE encodes is ever signed with it. */
function dsseOnly(bytes: Uint8Array): Uint8Array {
  if (Buffer.from(bytes.subarray(0, 7)).toString('latin1') === 'DSSEv1 ') return bytes
  throw new Error('only a DSSE statement is signed as evidence')
}

const readOrCreate = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return createKeyFile(file)
    throw thrown
  })

/** Written whole beside its name, then linked: of two first starts one wins and both read the winner. */
const createKeyFile = async (file: string): Promise<string> => {
  const draft = `${file}.${randomUUID()}`
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(pem)
    await handle.sync()
    await link(draft, file).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EEXIST') throw thrown
    })
  } finally {
    await handle.close()
    await rm(draft, { force: true })
  }
  return readFile(file, 'utf8')
}
