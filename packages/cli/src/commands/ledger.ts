import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { checkHistory, rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { headsFile, readHeads } from '../connection/head-memory.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

/** A whole ledger is read and hashed before the answer comes. */
const verifyWithinMs = 15 * 60_000

const seenText = {
  first: 'this client had not seen it before, and remembers it now',
  same: 'it is the one this client remembers',
  grown: 'it has only grown since this client last saw it',
} as const

/** `towpath ledger verify`: the server recomputes the chain, this client compares what it remembers. */
export async function verifyLedger(context: Context): Promise<Answer> {
  const connection = await connect(context, { deadlineMs: verifyWithinMs })
  const history = await checkHistory(connection, context)
  const known = await readHeads(headsFile(context.shell))
  const heads = [
    history.remembered,
    ...known.filter(({ installation }) => installation === history.head.installation),
  ]
    .filter((head) => head !== null && head !== undefined)
    .map(({ seq, hash }) => ({ seq, hash }))
    .filter(({ seq }) => seq > 0)
  const verdict = await answerOf(connection.api.POST('/v1/ledger/verify', { body: { heads } }))
  if (verdict.ok)
    return {
      page: [
        line(span('good', '✔ verified'), `  ${verdict.events} events, nothing changed`),
        line(span('quiet', `  head #${verdict.head.seq} ${verdict.head.hash}; ${seenText[history.seen]}`)),
      ],
      json: { verdict, seen: history.seen },
    }
  return {
    page: [],
    json: { verdict, seen: history.seen },
    exit: exitCodes.failed,
    failure: {
      code: 'LEDGER_BROKEN',
      title: `The ledger is not what was written: ${verdict.message}`,
      detail: { seq: verdict.seq, problem: verdict.problem },
      hint: 'Nothing was repaired: a ledger cannot be. Keep the database as it is, and compare it with a backup or an export.',
      docs: docsOf('LEDGER_BROKEN'),
    },
  }
}

/** `towpath ledger head`. */
export async function showHead(context: Context): Promise<Answer> {
  const { head, publicKey, seen, remembered } = await checkHistory(await connect(context), context)
  return {
    page: [
      line(span('strong', `#${head.seq}`), `  ${head.hash}`),
      line(span('quiet', `  signed at ${head.at} by installation ${head.installation}; ${seenText[seen]}`)),
    ],
    json: { head, publicKey, seen, remembered },
  }
}

/** `towpath ledger export [--output FILE]`: rows as they were hashed, one a line, never held in memory whole. */
export async function exportLedger(
  context: Context,
  options: { after: number; output?: string },
): Promise<Answer> {
  const { open } = await connect(context)
  const leaving = new AbortController()
  const stopListening = context.shell.onInterrupt(() => leaving.abort())
  try {
    const { body } = await open(`/v1/ledger/export?after=${options.after}`, { signal: leaving.signal })
    const rows = body === null ? Readable.from([]) : Readable.fromWeb(body)
    if (options.output === undefined) {
      await pipeline(rows, context.shell.stdout, { end: false })
      return { page: [], json: {}, silent: true }
    }
    const file = resolve(context.shell.folder, options.output)
    await pipeline(rows, createWriteStream(file, { mode: 0o600 }))
    return { page: [line(span('good', '✔ written'), `  ${options.output}`)], json: { file } }
  } finally {
    stopListening()
  }
}

/** `towpath ledger take-over --reason TEXT`: a person goes on with this ledger although a host knows more. */
export async function takeOver(context: Context, { reason }: { reason: string }): Promise<Answer> {
  const connection = await connect(context)
  const taken = await answerOf(connection.api.POST('/v1/ledger/take-over', { body: { reason } }))
  await rememberAfterwards(connection, context)
  const { host, seq } = taken
  return {
    page: [
      line(
        span('good', '✔ taken over'),
        seq === null
          ? `  ${host} obeys this ledger now`
          : `  ${host} forgets its event ${seq} and obeys this ledger now`,
      ),
      line(
        span(
          'quiet',
          '  a controller that knew more ends by itself; what runs is put back to what is known here',
        ),
      ),
    ],
    json: { takenOver: taken },
    next: ['towpath status'],
  }
}
