import { writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { isAboutImage, isCommitId, subjectKey } from '@towpath/domain/evidence/evidence.ts'
import type { EvidenceKind, EvidenceSubject } from '@towpath/domain/evidence/evidence.ts'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import type { ReadEvidence } from '@towpath/domain/evidence/read-document.ts'
import { readNamedFile } from '../audit/advisory-store.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { everyItem } from '../connection/every-item.ts'
import { recordOf } from '../connection/evidence-bundle.ts'
import type { EvidenceAnswer } from '../connection/shapes.ts'
import type { Answer } from '../outcome/answer.ts'
import { commitOf } from '../repository/git.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { tableLines } from '../screen/table.ts'
import { ago } from '../screen/time.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'

interface AddOptions {
  commit?: string
  image?: string
  kind?: EvidenceKind
  fromRegistry?: string
  plainHttp?: boolean
}

/** `towpath evidence add FILE... [--from-registry IMAGE]`: each is read here first, so that a mistake is told before anything is sent. */
export async function addEvidence(context: Context, files: string[], options: AddOptions): Promise<Answer> {
  const given = await Promise.all(files.map((file) => prepared(context, file, options)))
  const sent = [...given.flat(), ...(await attached(context, options))]
  if (sent.length === 0) throw nothingNamed()
  const connection = await connect(context)
  const added: EvidenceAnswer[] = []
  for (const body of sent) added.push(await answerOf(connection.api.POST('/v1/evidence', { body })))
  await rememberAfterwards(connection, context)
  return {
    page: added.flatMap((one) => [
      line(span('good', '✔ recorded'), `  ${one.id}  ${one.kind} of ${shortOf(one)}`),
      line(span('quiet', `  ${one.tool.name}: ${one.summary}`)),
    ]),
    json: { evidence: added },
    next: [`towpath evidence verify ${added[0]?.id ?? ''}`],
  }
}

/** Every attestation of provenance that the registry holds beside an image; what else was attested is left there. */
async function attached({ shell }: Context, { fromRegistry: image, plainHttp }: AddOptions) {
  if (image === undefined) return []
  const { attachedAttestations } = await import('../image/attached-attestations.ts')
  const { digest, bundles } = await attachedAttestations(shell, image, { plainHttp })
  const own = bundles.filter((bundle) => readEvidence(bundle.toString('utf8'), 'provenance').ok)
  if (own.length > 0)
    return own.map((bundle) => ({
      document: bundle.toString('base64'),
      name: `${digest}.sigstore.json`,
      subject: { image: digest },
      kind: 'provenance' as const,
    }))
  throw new TowpathError({
    code: 'EVIDENCE_NOT_UNDERSTOOD',
    kind: 'usage',
    message: `${bundles.length} attestations are attached to ${image}, and none says where it was built (SLSA provenance v1).`,
    hint: 'Nothing was recorded. Attest it with actions/attest-build-provenance, or bring a file: towpath evidence add --help',
  })
}

const nothingNamed = (): TowpathError =>
  new TowpathError({
    code: 'EVIDENCE_NOT_NAMED',
    kind: 'usage',
    message: 'No evidence is named.',
    hint: 'Nothing was recorded. Name a file, or an image with attestations: towpath evidence add --from-registry IMAGE',
  })

async function prepared(context: Context, file: string, options: AddOptions) {
  const bytes = await readNamedFile(resolve(context.shell.folder, file))
  const documents = documentsIn(bytes)
  return await Promise.all(documents.map((own) => preparedOne(context, own, { ...options, file })))
}

/** A file of lines, as `gh attestation download` writes it, is a document a line; any other is one, as it is. */
function documentsIn(bytes: Buffer): Buffer[] {
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((own) => own.trim() !== '')
  const isEachOne =
    lines.length > 1 && lines.every((own) => own.startsWith('{') && own.trimEnd().endsWith('}'))
  return isEachOne ? lines.map((own) => Buffer.from(own)) : [bytes]
}

async function preparedOne(
  { shell }: Context,
  bytes: Buffer,
  { file, ...options }: AddOptions & { file: string },
) {
  const read = readEvidence(bytes.toString('utf8'), options.kind ?? null)
  if (!read.ok)
    throw new TowpathError({
      code: 'EVIDENCE_NOT_UNDERSTOOD',
      kind: 'usage',
      message: `${file} does not count as evidence: ${read.problem}.`,
      hint: 'Nothing was recorded. See what counts: towpath evidence add --help',
    })
  return {
    document: bytes.toString('base64'),
    name: basename(file),
    subject: await subjectFor(shell, read, { ...options, file }),
    kind: read.kind,
  }
}

/** What was said; else the image that the document itself names, or the commit that is checked out. */
async function subjectFor(
  { folder, env }: Context['shell'],
  read: ReadEvidence,
  { commit, image, file }: AddOptions & { file: string },
): Promise<EvidenceSubject> {
  if (image !== undefined && (commit === undefined || isAboutImage(read.kind))) return { image }
  if (isAboutImage(read.kind)) {
    const [named, ...others] = read.images
    if (named !== undefined && others.length === 0) return { image: named }
    throw new TowpathError({
      code: 'EVIDENCE_SUBJECT_UNKNOWN',
      kind: 'usage',
      message: `${file} is ${read.kind} and names ${named === undefined ? 'no image' : 'several images'}, so nobody can say which one it is about.`,
      hint: `Nothing was recorded. Name the digest that is deployed: towpath evidence add ${file} --image sha256:...`,
    })
  }
  const name = commit ?? (env['GITHUB_SHA'] || 'HEAD')
  return { commit: isCommitId(name) ? name : await commitOf(folder, name) }
}

interface ListOptions {
  subject?: string
  limit: number
}

/** `towpath evidence list [--subject COMMIT|DIGEST]`. */
export async function listEvidence(context: Context, options: ListOptions): Promise<Answer> {
  const { api } = await connect(context)
  const items = await evidenceItems(api, options)
  const rows = items.map((one) => [
    span('strong', one.id),
    span(null, one.kind),
    span(null, shortOf(one)),
    span(null, one.tool.name),
    span('quiet', ago(one.recordedAt, context.shell.now())),
    span(null, one.summary),
  ])
  return {
    page:
      items.length === 0
        ? [line('There is none. Bring some: towpath evidence add FILE')]
        : tableLines(
            { head: ['id', 'kind', 'of', 'by', 'recorded', 'says'], rows },
            columnsOf(context.shell.stdout),
          ),
    json: { evidence: items },
  }
}

type Api = Awaited<ReturnType<typeof connect>>['api']

/** Of one subject all there is; else the newest. */
export const evidenceItems = (
  api: Api,
  { subject, limit }: { subject?: string | undefined; limit: number },
): Promise<EvidenceAnswer[]> =>
  everyItem(
    (query) =>
      answerOf(
        api.GET('/v1/evidence', {
          params: { query: subject === undefined ? query : { ...query, subject } },
        }),
      ),
    limit,
  )

/** `towpath evidence show ID [-o BUNDLE] [--document FILE]`. */
export async function showEvidence(
  context: Context,
  id: string,
  options: { output?: string; document?: string },
): Promise<Answer> {
  const { api } = await connect(context)
  const bundle = await answerOf(api.GET('/v1/evidence/{id}', { params: { path: { id } } }))
  const { evidence } = bundle
  const written: Line[] = []
  if (options.output !== undefined) {
    await writeFile(resolve(context.shell.folder, options.output), `${JSON.stringify(bundle, null, 2)}\n`)
    written.push(
      line(`Written to ${options.output}; check it anywhere: towpath evidence verify ${options.output}`),
    )
  }
  if (options.document !== undefined) {
    await writeFile(resolve(context.shell.folder, options.document), Buffer.from(bundle.document, 'base64'))
    written.push(line(`The document is in ${options.document}.`))
  }
  const row = (label: string, text: string): Line => line(span('quiet', `  ${label.padEnd(9)}`), text)
  return {
    page: [
      line(span('strong', evidence.id), `  ${evidence.kind} (${evidence.format})`),
      row('of', subjectKey(recordOf(evidence).subject)),
      row('by', `${evidence.tool.name} ${evidence.tool.version}`.trim()),
      row('says', evidence.summary),
      row('brought', `${evidence.recordedAt} by ${evidence.recordedBy}, as ${evidence.name}`),
      row('document', `${evidence.bytes} bytes, sha256 ${evidence.document}`),
      ...written,
    ],
    json: options.output === undefined ? { ...bundle } : { evidence, file: options.output },
    next: [`towpath evidence verify ${id}`],
  }
}

const shortOf = ({ commit, image }: Pick<EvidenceAnswer, 'commit' | 'image'>): string =>
  commit === null ? (image ?? '').slice(0, 19) : commit.slice(0, 12)
