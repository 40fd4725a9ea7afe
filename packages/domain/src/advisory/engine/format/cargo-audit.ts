import { z } from 'zod'
import { scoreOf } from '../../cvss-score.ts'
import { severityOf } from '../../severity.ts'
import type { EngineFinding } from '../engine.ts'
import { engineText, engineWords } from './engine-text.ts'

const entry = z.looseObject({
  advisory: z
    .looseObject({
      id: engineText,
      title: engineWords,
      aliases: z.array(engineText).default([]),
      cvss: z.string().nullish(),
    })
    .nullish(),
  versions: z.looseObject({ patched: z.array(z.string()) }).nullish(),
  package: z.looseObject({ name: engineText, version: engineText }),
})

const report = z.looseObject({
  vulnerabilities: z.looseObject({ list: z.array(entry) }),
  warnings: z.record(z.string(), z.array(entry)),
})

const warningKinds = ['unsound', 'unmaintained', 'yanked', 'notice'] as const

/** `cargo-audit audit --json`. A kind of warning that is not known here is told as a notice. */
export function readCargoAudit(document: unknown): EngineFinding[] {
  const { vulnerabilities, warnings } = report.parse(document)
  return [
    ...vulnerabilities.list.map((own) => findingOf(own, 'vulnerability')),
    ...Object.entries(warnings).flatMap(([word, own]) => {
      const kind = warningKinds.find((known) => known === word) ?? 'notice'
      return own.map((one) => findingOf(one, kind))
    }),
  ]
}

function findingOf(
  { advisory, versions, package: own }: z.output<typeof entry>,
  kind: EngineFinding['kind'],
): EngineFinding {
  return {
    // A yanked version has no advisory.
    ids: advisory == null ? [`${kind} ${own.name}`] : [advisory.id, ...advisory.aliases],
    package: own.name,
    version: own.version,
    kind,
    ...severityOf({ vectors: advisory?.cvss == null ? [] : [advisory.cvss], rating: null }, scoreOf),
    fixed: firstFixed(versions?.patched ?? []),
    file: null,
    summary: advisory?.title ?? `${own.name} ${own.version} was yanked`,
  }
}

/** `>=1.2.3` and `^1.2.3` name a version to go to; other requirements name none. */
const firstFixed = (patched: readonly string[]): string | null =>
  patched.flatMap((text) => /^(?:>=|\^)\s*([^\s,]+)$/.exec(text)?.[1] ?? [])[0] ?? null
