import { z } from 'zod'
import type { ResultFacts } from '../facts.ts'
import { counted } from '../counted.ts'
import { issueIn } from '../issue-in.ts'
import type { DocumentReading, sarifKinds } from '../read-document.ts'

const text = z.string().max(100_000)
const result = z.looseObject({
  ruleId: text.optional(),
  level: z.enum(['none', 'note', 'warning', 'error']).optional(),
  kind: text.optional(),
  message: z.looseObject({ text: text.optional() }).optional(),
  suppressions: z
    .array(z.looseObject({ status: z.enum(['accepted', 'underReview', 'rejected']).optional() }))
    .optional(),
  locations: z
    .array(
      z.looseObject({
        physicalLocation: z
          .looseObject({
            artifactLocation: z.looseObject({ uri: text.optional() }).optional(),
            region: z.looseObject({ startLine: z.int().optional() }).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
})
type SarifResult = z.output<typeof result>

/** The parts of SARIF 2.1.0 that say how a run went; everything else is kept in the document and not read. */
const sarif = z.looseObject({
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.looseObject({
        tool: z.looseObject({
          driver: z.looseObject({
            name: text.min(1),
            version: text.optional(),
            semanticVersion: text.optional(),
          }),
        }),
        results: z.array(result).max(100_000).nullish(),
        invocations: z.array(z.looseObject({ executionSuccessful: z.boolean() })).optional(),
      }),
    )
    .min(1)
    .max(1_000),
})

/** Any tool's SARIF. A run that did not succeed, or has no results at all, is unknown and not clean. */
export function readSarif(document: object, kind: (typeof sarifKinds)[number]): DocumentReading {
  const read = sarif.safeParse(document)
  if (!read.success) return { ok: false, problem: `it is no SARIF 2.1.0: ${issueIn(read.error)}` }
  const { runs } = read.data
  const all = runs.flatMap(({ results }) => results ?? []).filter(isResult)
  const open = all.filter((one) => !isSuppressed(one))
  const unknowns = runs.flatMap(unknownsOf)
  const facts: ResultFacts = {
    open: open.length,
    suppressed: all.length - open.length,
    // A finder of secrets may tell the secret itself in its message.
    examples: open.slice(0, 5).map(kind === 'secrets' ? placeAndRule : exampleOf),
    unknowns,
  }
  return {
    ok: true,
    format: 'sarif',
    kind,
    facts,
    images: [],
    tool: toolOf(runs[0]),
    summary: `${counted(open.length, 'result')}, ${facts.suppressed} suppressed${unknowns.length > 0 ? `, ${unknowns.length} unknown` : ''}`,
  }
}

type SarifRun = z.output<typeof sarif>['runs'][number]

function unknownsOf({ tool, results, invocations = [] }: SarifRun): ResultFacts['unknowns'] {
  const name = tool.driver.name.slice(0, 100)
  if (invocations.some(({ executionSuccessful }) => !executionSuccessful))
    return [{ message: `the run of ${name} did not succeed`, hint: 'see why, and run it again' }]
  // The standard: without `results` the tool was run for something else, or could not look.
  return results == null ? [{ message: `${name} gave no results, not even none`, hint: 'run it again' }] : []
}

function toolOf(run: SarifRun | undefined): { name: string; version: string } {
  if (run === undefined) return { name: 'unknown', version: '' }
  const { name, semanticVersion, version = '' } = run.tool.driver
  return { name: name.slice(0, 200), version: (semanticVersion ?? version).slice(0, 100) }
}

/** Notes and passed checks say nothing against a commit; a result without a level is a warning by the standard. */
const isResult = ({ level = 'warning', kind = 'fail' }: SarifResult): boolean =>
  kind === 'fail' && (level === 'warning' || level === 'error')

/** Suppressed where somebody did, and nobody is still looking at it or said no. */
const isSuppressed = ({ suppressions = [] }: SarifResult): boolean =>
  suppressions.length > 0 && suppressions.every(({ status = 'accepted' }) => status === 'accepted')

function exampleOf({ ruleId = 'no rule', message, locations }: SarifResult): string {
  const said = (message?.text ?? '').split('\n')[0] ?? ''
  return `${placeOf(locations).slice(0, 200)} ${said.slice(0, 200)} (${ruleId.slice(0, 100)})`
}

const placeAndRule = ({ ruleId = 'no rule', locations }: SarifResult): string =>
  `${placeOf(locations).slice(0, 200)} (${ruleId.slice(0, 100)})`

function placeOf(locations: SarifResult['locations']): string {
  const place = locations?.[0]?.physicalLocation
  const row = place?.region?.startLine
  return `${place?.artifactLocation?.uri ?? 'nowhere'}${row === undefined ? '' : `:${row}`}`
}
