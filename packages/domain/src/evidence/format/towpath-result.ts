import { z } from 'zod'
import { advisoryKinds } from '../../advisory/advisory.ts'
import { otherKinds } from '../../advisory/finding.ts'
import { severityRanks } from '../../advisory/severity.ts'
import { unauditedIn } from '../known-lockfiles.ts'
import type { KnownLockfiles } from '../known-lockfiles.ts'
import type { AuditFacts, ResultFacts } from '../facts.ts'
import { counted } from '../counted.ts'
import { issueIn } from '../issue-in.ts'
import type { DocumentReading } from '../read-document.ts'

/** One unknown is enough to keep a gate from passing; so many are carried along. */
const UNKNOWNS_MAX = 1_000

const line = z.string().max(2_000)
/** Words for people: as much of them as a page shows. The document keeps the rest. */
const words = z.string().transform((text) => text.slice(0, 1_000))
const unknowns = z
  .array(z.object({ message: words, hint: words }))
  .transform((all) => all.slice(0, UNKNOWNS_MAX))
const tool = z.object({ name: line, version: line })

const finding = z.object({
  id: line.min(1),
  aliases: z.array(line).max(1_000),
  package: line,
  version: line,
  kind: z.enum([...advisoryKinds, ...otherKinds]),
  severity: z.enum([...severityRanks, 'unscored']),
  fixed: line.nullable(),
  presence: z.enum(['shipped', 'locked-only', 'dev-only', 'unknown']),
  isExploited: z.boolean().nullable(),
  file: line,
  waiver: z.object({ owner: words, reason: words, expires: z.iso.date(), status: line }).nullable(),
})

const audit = z.object({
  kind: z.enum(['audit', 'scan']),
  tool,
  findings: z.array(finding).max(50_000),
  unknowns,
  lockfiles: z.array(z.object({ file: line, components: z.int() })).max(100_000),
  advisories: z.object({ newest: z.iso.datetime({ offset: true }).nullable(), count: z.int() }),
  repository: z.object({ all: z.array(line).max(100_000), audited: z.array(line).max(100_000) }).nullish(),
  inventory: z.object({ images: z.array(z.object({ digest: line })).max(1_000) }).optional(),
})

const results = z.object({
  kind: z.enum(['secrets', 'pinning']),
  tool,
  /** What was looked at, in words: a range of commits, a number of files. */
  scope: words,
  results: z
    .array(z.object({ rule: line, file: line, line: z.int().nullable(), message: words }))
    .max(50_000),
  unknowns,
})

/** What `towpath audit`, `scan`, `secrets scan` and `pinning` print with `--json`. */
export function readTowpathResult(document: object): DocumentReading {
  const kind = 'kind' in document ? document.kind : null
  if (kind === 'audit' || kind === 'scan') return readAudit(document)
  if (kind === 'secrets' || kind === 'pinning') return readResults(document)
  return { ok: false, problem: 'it is no result of Towpath that counts as evidence' }
}

function readAudit(document: object): DocumentReading {
  const read = audit.safeParse(document)
  if (!read.success) return unlike(read.error)
  const { kind, findings, unknowns: open, lockfiles, advisories, inventory, repository } = read.data
  const images = inventory?.images.map(({ digest }) => digest) ?? []
  const facts: AuditFacts = {
    // An image that holds no package was looked at all the same.
    files: [...new Set([...lockfiles.map(({ file }) => file), ...images])],
    findings,
    unknowns: open,
    newestAdvisory: advisories.newest,
    ...(repository == null ? {} : { repository }),
  }
  const packages = lockfiles.reduce((sum, { components }) => sum + components, 0)
  const waived = findings.filter(({ waiver }) => waiver !== null).length
  return {
    ok: true,
    format: 'towpath',
    tool: read.data.tool,
    kind,
    facts,
    images,
    summary: [
      `${counted(findings.length, 'finding')} in ${counted(packages, 'package')}`,
      ...(waived > 0 ? [`${waived} waived`] : []),
      ...(open.length > 0 ? [`${open.length} unknown`] : []),
      ...(repository == null ? [] : partOf(repository)),
      `advisories as of ${advisories.newest?.slice(0, 10) ?? 'never'}`,
    ].join(', '),
  }
}

/** Said where an audit is of a part. */
const partOf = (repository: KnownLockfiles): string[] => {
  const left = unauditedIn(repository).length
  return left === 0 ? [] : [`${left} of ${counted(repository.all.length, 'lockfile')} not audited`]
}

function readResults(document: object): DocumentReading {
  const read = results.safeParse(document)
  if (!read.success) return unlike(read.error)
  const { kind, scope, results: found, unknowns: open } = read.data
  const facts: ResultFacts = {
    open: found.length,
    suppressed: 0,
    examples: found
      .slice(0, 5)
      .map(
        ({ rule, file, line: at, message }) => `${file}${at === null ? '' : `:${at}`} ${message} (${rule})`,
      ),
    unknowns: open,
  }
  return {
    ok: true,
    format: 'towpath',
    tool: read.data.tool,
    kind,
    facts,
    images: [],
    summary: [
      counted(found.length, 'result'),
      ...(open.length > 0 ? [`${open.length} unknown`] : []),
      scope,
    ].join(', '),
  }
}

const unlike = (error: z.ZodError): DocumentReading => ({
  ok: false,
  problem: `it is not what this version of Towpath writes with --json: ${issueIn(error)}`,
})
