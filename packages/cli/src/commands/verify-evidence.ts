import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { bundleSchema, envelopeSchema, statementSchema } from '@towpath/domain/evidence/statement.ts'
import type { EvidenceBundle } from '@towpath/domain/evidence/statement.ts'
import { readNamedFile } from '../audit/advisory-store.ts'
import { checkHistory } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { checkBundle, recordOf } from '../connection/evidence-bundle.ts'
import { headsFile, readHeads } from '../connection/head-memory.ts'
import type { EvidenceAnswer } from '../connection/shapes.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import { evidenceItems } from './evidence.ts'

interface VerifyOptions {
  subject?: string
  key?: string
}

interface Checked {
  id: string
  ok: boolean
  says: string
}

/** Evidence that is checked when nobody names any. */
const CHECKED_MAX = 2_000

/**
 * `towpath evidence verify [ID|BUNDLE...]`: signature, document and ledger have to agree. A bundle is checked without a
 * server, by a key that this client knows or is given.
 */
export async function verifyEvidence(
  context: Context,
  names: string[],
  options: VerifyOptions,
): Promise<Answer> {
  const { folder } = context.shell
  const isFile = (name: string): boolean => {
    const place = resolve(folder, name)
    return !/^ev_[a-z0-9]+$/.test(name) || (existsSync(place) && statSync(place).isFile())
  }
  const bundles = names.filter(isFile)
  const ids = names.filter((name) => !isFile(name))
  const offline = await Promise.all(bundles.map((file) => checkFile(context, file, options.key)))
  const online = bundles.length > 0 && ids.length === 0 ? [] : await checkStored(context, ids, options)
  return answerFor([...offline, ...online])
}

function answerFor(checked: readonly Checked[]): Answer {
  const wrong = checked.filter(({ ok }) => !ok)
  const answer: Answer = {
    page: [
      ...checked.map(({ id, ok, says }) =>
        line(ok ? span('good', '✔ holds ') : span('bad', '✖ refused'), `  ${id}  ${says}`),
      ),
      ...(checked.length === 0 ? [line('There is none to verify.')] : []),
    ],
    json: { checked, refused: wrong.length },
  }
  const [first] = wrong
  if (first === undefined) return answer
  return {
    ...answer,
    exit: exitCodes.failed,
    failure: {
      code: 'EVIDENCE_DOES_NOT_HOLD',
      title: `${wrong.length} of ${checked.length} does not hold: ${first.id}, ${first.says}`,
      detail: { refused: wrong.map(({ id }) => id) },
      hint: 'Nothing was repaired, and no gate passes by it. Ask whoever runs the database; bring the evidence again from its source: towpath evidence add FILE',
      docs: docsOf('EVIDENCE_DOES_NOT_HOLD'),
    },
  }
}

/** With the server: the key is the one that this client remembers the ledger by, and the ledger has its say. */
async function checkStored(
  context: Context,
  ids: readonly string[],
  { subject, key }: VerifyOptions,
): Promise<Checked[]> {
  const connection = await connect(context)
  const { publicKey: known } = await checkHistory(connection, context)
  const publicKey = key === undefined ? known : await keyIn(context, key)
  const named =
    ids.length > 0
      ? ids.map((id) => ({ id, record: undefined }))
      : (await evidenceItems(connection.api, { subject, limit: CHECKED_MAX })).map((record) => ({
          id: record.id,
          record,
        }))
  const checked: Checked[] = []
  for (const { id, record } of named) checked.push(await checkOne(connection.api, { id, record, publicKey }))
  return checked
}

/** Codes by which the server itself says that what it stores is not what was written. */
const damaged = new Set(['BLOB_CHANGED', 'EVIDENCE_GONE'])

async function checkOne(
  api: Awaited<ReturnType<typeof connect>>['api'],
  { id, record, publicKey }: { id: string; record: EvidenceAnswer | undefined; publicKey: string },
): Promise<Checked> {
  try {
    const bundle = await answerOf(api.GET('/v1/evidence/{id}', { params: { path: { id } } }))
    const checked = checkBundle(bundle, { publicKey, record: recordOf(record ?? bundle.evidence) })
    return checked.ok
      ? { id, ok: true, says: `${checked.record.kind}: ${checked.record.summary}` }
      : { id, ok: false, says: checked.problem }
  } catch (thrown) {
    if (thrown instanceof TowpathError && damaged.has(thrown.code))
      return { id, ok: false, says: thrown.message }
    throw thrown
  }
}

/** Without a server. */
async function checkFile(context: Context, file: string, key: string | undefined): Promise<Checked> {
  const bundle = await bundleIn(context, file)
  const publicKey = key === undefined ? await knownKey(context, file, bundle) : await keyIn(context, key)
  const checked = checkBundle(bundle, { publicKey })
  return checked.ok
    ? { id: file, ok: true, says: `${checked.record.id} ${checked.record.kind}: ${checked.record.summary}` }
    : { id: file, ok: false, says: checked.problem }
}

async function bundleIn({ shell }: Context, file: string): Promise<EvidenceBundle> {
  const text = (await readNamedFile(resolve(shell.folder, file))).toString('utf8')
  const read = bundleSchema.safeParse(parsed(text))
  if (read.success) return read.data
  throw new TowpathError({
    code: 'EVIDENCE_BUNDLE_UNREADABLE',
    kind: 'usage',
    message: `${file} is no bundle of evidence.`,
    hint: 'Nothing was checked. Bundles are what towpath evidence show ID -o FILE writes.',
  })
}

/** The key by which this client remembers the installation that the statement names; never the one in the bundle. */
async function knownKey({ shell }: Context, file: string, bundle: EvidenceBundle): Promise<string> {
  const installation = installationIn(bundle)
  const heads = await readHeads(headsFile(shell))
  const known = heads.find((head) => head.installation === installation)
  if (known !== undefined) return known.publicKey
  throw new TowpathError({
    code: 'EVIDENCE_KEY_UNKNOWN',
    kind: 'usage',
    message: `${file} says that ${installation === null ? 'an unknown installation' : `installation ${installation}`} signed it, and this client never met that one.`,
    hint: 'Nothing was checked: a key that comes with what it signed proves nothing. Give the key you trust: towpath evidence verify FILE --key ledger-key.pub.pem; it is publicKey in: towpath ledger head --json',
  })
}

function installationIn({ envelope }: EvidenceBundle): string | null {
  const outer = envelopeSchema.safeParse(parsed(Buffer.from(envelope, 'base64').toString('utf8')))
  if (!outer.success) return null
  const inner = statementSchema.safeParse(parsed(Buffer.from(outer.data.payload, 'base64').toString('utf8')))
  return inner.success ? inner.data.predicate.attester.id.replace(/^towpath:/, '') : null
}

const keyIn = async ({ shell }: Context, file: string): Promise<string> =>
  (await readNamedFile(resolve(shell.folder, file))).toString('utf8')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
