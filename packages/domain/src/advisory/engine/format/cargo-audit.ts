import { z } from 'zod'
import { scoreOf } from '../../cvss-score.ts'
import { severityOf } from '../../severity.ts'
import type { EngineFinding } from '../engine.ts'
import { engineNamesOf, engineText, engineWords, fixesIn, idsOf } from './engine-text.ts'

const entry = z.looseObject({
  advisory: z
    .looseObject({
      id: engineText,
      title: engineWords,
      aliases: engineNamesOf.default([]),
      cvss: z.string().nullish(),
      withdrawn: z.string().nullish(),
    })
    .nullish(),
  versions: z.looseObject({ patched: z.array(z.string()) }).nullish(),
  package: z.looseObject({ name: engineText, version: engineText }),
})

/** One word, a list of them, or nothing: what it was, before and since 0.18. */
const filter = z.union([z.string(), z.array(z.unknown())]).nullish()

const report = z.looseObject({
  database: z.looseObject({ 'advisory-count': z.number() }),
  settings: z
    .looseObject({ ignore: filter, severity: filter, target_arch: filter, target_os: filter })
    .default({}),
  vulnerabilities: z.looseObject({ list: z.array(entry) }),
  warnings: z.record(z.string(), z.array(entry)),
})

const warningKinds = ['unsound', 'unmaintained', 'yanked', 'notice'] as const

/**
 * `cargo-audit audit --json`. A kind of warning that is not known here is told as a notice. It tells by which settings it
 * went, which may be of a file in the home folder: what they leave out nobody saw, so such a report is a text that says so.
 */
export function readCargoAudit(document: unknown): EngineFinding[] | string {
  const { database, settings, vulnerabilities, warnings } = report.parse(document)
  if (database['advisory-count'] === 0) return 'it had no advisory to judge by'
  const { ignore, severity, target_arch: machine, target_os: system } = settings
  const leaving = Object.entries({ ignore, severity, target_arch: machine, target_os: system }).filter(
    ([, said]) => (said?.length ?? 0) > 0,
  )
  if (leaving.length > 0)
    return `its own settings (audit.toml) leave findings out: ${leaving.map(([name]) => name).join(', ')}`
  return [
    ...vulnerabilities.list.flatMap((own) => findingOf(own, 'vulnerability')),
    ...Object.entries(warnings).flatMap(([word, own]) => {
      const kind = warningKinds.find((known) => known === word) ?? 'notice'
      return own.flatMap((one) => findingOf(one, kind))
    }),
  ]
}

/** None where the database took it back. */
function findingOf(
  { advisory, versions, package: own }: z.output<typeof entry>,
  kind: EngineFinding['kind'],
): EngineFinding[] {
  if (advisory?.withdrawn) return []
  return [
    {
      // A yanked version has no advisory.
      ids: advisory == null ? [`${kind} ${own.name}`] : idsOf(advisory.id, advisory.aliases),
      package: own.name,
      version: own.version,
      registry: 'crates.io',
      kind,
      ...severityOf({ vectors: advisory?.cvss == null ? [] : [advisory.cvss], rating: null }, scoreOf),
      fixes: fixesIn(versions?.patched ?? []),
      file: null,
      summary: advisory?.title ?? `${own.name} ${own.version} was yanked`,
    },
  ]
}
