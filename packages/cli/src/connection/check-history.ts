import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LedgerHead } from '@towpath/domain/ledger/event.ts'
import { compareHeads } from '@towpath/domain/ledger/remembered-head.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import { answerOf } from './connect.ts'
import type { Connection } from './connect.ts'
import { headsFile, isSameLedger, readHeads, rememberHead } from './head-memory.ts'
import type { RememberedHead } from './head-memory.ts'
import { isSigned } from './signed-head.ts'
import type { SignedHead } from './signed-head.ts'

export interface CheckedHistory {
  head: SignedHead
  publicKey: string
  /** What this client had seen before; null at first sight. */
  remembered: LedgerHead | null
  seen: 'first' | 'same' | 'grown'
}

interface HeadAnswer {
  head: SignedHead
  publicKey: string
  remembered: { seq: number; hash: string | null } | null
}

/**
 * Holds the server's signed head against the one this client remembers, and remembers it. Throws LEDGER_HISTORY_CHANGED
 * when what was seen once is no longer there, whoever changed it.
 */
export async function checkHistory(
  { api }: Connection,
  { shell }: Pick<Context, 'shell'>,
): Promise<CheckedHistory> {
  const file = headsFile(shell)
  const known = await readHeads(file)
  const ask = (remembered?: number): Promise<HeadAnswer> =>
    answerOf(
      api.GET('/v1/ledger/head', { params: { query: remembered === undefined ? {} : { remembered } } }),
    )
  const first = await ask()
  refuseUnsigned(first)
  const identity = { installation: first.head.installation, publicKey: first.publicKey }
  const before = known.find((entry) => isSameLedger(entry, identity)) ?? null
  const { head } = first
  if (before === null) {
    await rememberHead(file, { ...head, publicKey: first.publicKey })
    return { head, publicKey: first.publicKey, remembered: null, seen: 'first' }
  }
  refuseOtherLedger(before, identity, file)
  const again = head.seq > before.seq ? await ask(before.seq) : first
  const hashThen = head.seq > before.seq ? again.remembered?.hash : undefined
  const seen = compareHeads(before, { head, hashAtRememberedSeq: hashThen ?? undefined })
  if (seen === 'shorter' || seen === 'different')
    throw changed(before, whatChanged[seen](before.seq, head.seq), file)
  await rememberHead(file, { ...head, publicKey: first.publicKey })
  return { head, publicKey: first.publicKey, remembered: { seq: before.seq, hash: before.hash }, seen }
}

/**
 * After a command that changed something: as `checkHistory`, except that a server which cannot be asked right now only
 * gets a note, since the command's own work is done.
 */
export async function rememberAfterwards(connection: Connection, context: Context): Promise<void> {
  try {
    await checkHistory(connection, context)
  } catch (thrown) {
    if (!(thrown instanceof TowpathError) || (thrown.kind !== 'unreachable' && thrown.kind !== 'forbidden'))
      throw thrown
    context.aside([line(span('quiet', `The head of the ledger was not compared: ${thrown.message}`))])
  }
}

const whatChanged = {
  shorter: (remembered: number, now: number) => `it ended at event ${remembered} and now ends at ${now}`,
  different: (remembered: number) => `up to event ${remembered} it is no longer what it was`,
}

function refuseUnsigned({ head, publicKey }: HeadAnswer): void {
  if (isSigned(head, publicKey)) return
  throw new TowpathError({
    code: 'LEDGER_SIGNATURE_WRONG',
    kind: 'failed',
    message: `The head of the ledger (event ${head.seq}) is not signed by the key that the server shows.`,
    hint: 'It was not remembered. Ask whoever runs the server, then: towpath ledger verify',
    detail: { seq: head.seq },
  })
}

function refuseOtherLedger(
  before: RememberedHead,
  now: Pick<RememberedHead, 'installation' | 'publicKey'>,
  file: string,
): void {
  if (before.installation !== now.installation)
    throw changed(before, 'another one has been begun under the same key', file)
  if (before.publicKey !== now.publicKey) throw changed(before, 'it is signed with another key', file)
}

const changed = (before: RememberedHead, what: string, file: string): TowpathError =>
  new TowpathError({
    code: 'LEDGER_HISTORY_CHANGED',
    kind: 'failed',
    message: `The ledger is not the one this client has seen: ${what}. Somebody changed history, or restored an older backup.`,
    hint: `Nothing was remembered. What the command itself asked for may be done: towpath status. Only if the change is known and meant, take installation ${before.installation} out of ${file}.`,
    detail: { installation: before.installation, seq: before.seq, hash: before.hash },
  })
