import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { replaceFile } from '../terminal/replace-file.ts'
import type { Shell } from '../terminal/shell.ts'
import { userFolder } from './find-server.ts'
import type { SignedHead } from './signed-head.ts'

/** The last head of one ledger that this client believed, with the key it was signed by when first seen. */
export interface RememberedHead extends SignedHead {
  publicKey: string
}

/** File of the remembered heads; a user's own, so that no project and no server can bring one. */
export const headsFile = (shell: Pick<Shell, 'env'>): string => join(userFolder(shell.env), 'heads.json')

/** Most ledgers remembered: the ones seen longest ago make room. */
const headsMax = 200

/** Remembered heads, oldest first; none where no file is. Throws HEADS_FILE_UNREADABLE rather than forgetting. */
export async function readHeads(file: string): Promise<RememberedHead[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
    throw unreadable(file, thrown)
  }
  try {
    const { heads } = JSON.parse(text) as { heads: unknown }
    if (Array.isArray(heads) && heads.every(isRemembered)) return heads
    throw new TypeError('it does not hold heads')
  } catch (thrown) {
    throw unreadable(file, thrown)
  }
}

const isRemembered = (entry: unknown): entry is RememberedHead => {
  if (typeof entry !== 'object' || entry === null) return false
  const { installation, publicKey, seq, hash } = entry as Partial<RememberedHead>
  return (
    [installation, publicKey, hash].every((text) => typeof text === 'string') && Number.isSafeInteger(seq)
  )
}

/**
 * Remembers a head in place of the one before; what another command has remembered meanwhile is never set back.
 */
export async function rememberHead(file: string, head: RememberedHead): Promise<void> {
  const known = await readHeads(file)
  const before = known.find((entry) => isSameLedger(entry, head))
  if (before !== undefined && before.seq >= head.seq) return
  const heads = [...known.filter((entry) => entry !== before), head].slice(-headsMax)
  await replaceFile(file, `${JSON.stringify({ heads }, null, 2)}\n`, { mode: 0o600, folderMode: 0o700 })
}

/** One installation has one key: either of the two tells that it is the same ledger. */
export const isSameLedger = (
  one: Pick<RememberedHead, 'installation' | 'publicKey'>,
  other: Pick<RememberedHead, 'installation' | 'publicKey'>,
): boolean => one.installation === other.installation || one.publicKey === other.publicKey

const unreadable = (file: string, cause: unknown): TowpathError =>
  new TowpathError({
    code: 'HEADS_FILE_UNREADABLE',
    kind: 'failed',
    message: `${file}, where the heads of ledgers are remembered, cannot be read.`,
    hint: 'It was left as it is. Restore it from a backup; whoever removes it forgets what was seen.',
    cause,
  })
