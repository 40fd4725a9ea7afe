import type { AuditUnknown } from '@towpath/domain/advisory/audit-verdict.ts'
import type {
  Advised,
  AdvisedPackage,
  DirectDependency,
} from '@towpath/domain/dependency/direct-dependencies.ts'
import { blank, line, span } from './line.ts'
import type { Line, Span } from './line.ts'
import { tableLines } from './table.ts'

interface DepsPage {
  dependencies: readonly DirectDependency[]
  unknowns: readonly AuditUnknown[]
  advisories: { newest: string | null; count: number; from: string }
}

/** Packages that came with others, and unknowns, that are shown one by one. */
const SHOWN_MAX = 30

/** Direct dependencies file by file, then what advisories say of what came with them, then what nobody knows. */
export function depsPage({ dependencies, unknowns, advisories }: DepsPage): Line[] {
  const byFile = Map.groupBy(dependencies, ({ file }) => file)
  const asOf = advisories.newest === null ? '' : `, as of ${advisories.newest.slice(0, 10)}`
  return [
    ...[...byFile].flatMap(([file, own]) => [line(span('strong', file)), ...fileLines(own), blank]),
    ...section('Came with them', dependencies.flatMap(({ underneath }) => underneath).map(underneathLine)),
    ...section(
      'Unknown',
      unknowns.map(({ message, hint }) => line(span('warning', '? '), message, span('quiet', `  ${hint}`))),
    ),
    line(span('strong', countText(dependencies))),
    line(
      span(
        'quiet',
        `  against ${advisories.count} advisories${asOf} (${advisories.from}); nothing was asked of a network,`,
      ),
    ),
    line(
      span('quiet', '  so what is newest upstream is unknown: update bots know it, see towpath deps config'),
    ),
  ]
}

function fileLines(own: readonly DirectDependency[]): Line[] {
  const rows = own.map((dependency): Span[] => {
    const { name, alias, locked, presence, askedBy } = dependency
    const ranges = [...new Set(askedBy.flatMap(({ range }) => range ?? []))]
    return [
      span('strong', alias === null ? name : `${name} (as ${alias})`),
      span(null, locked),
      span('quiet', ranges.join(' | ') || '-'),
      adviceSpan(dependency),
      span('quiet', presence === 'dev-only' ? 'dev only' : ''),
    ]
  })
  return tableLines(
    { head: ['  package', 'locked', 'asked', 'advisories say', ''], rows: rows.map(indented) },
    null,
  )
}

const indented = ([first, ...rest]: readonly Span[]): Span[] => [
  { text: `  ${first?.text ?? ''}`, style: first?.style ?? null },
  ...rest,
]

function adviceSpan({ state, advised, source }: DirectDependency): Span {
  if (state === 'none') return span('good', '✔ nothing')
  if (advised === null)
    return span('warning', source === 'registry' ? '? not covered' : `? from ${sourceWords[source]}`)
  return span('bad', adviceText(advised))
}

const sourceWords = {
  registry: 'its registry',
  'other-registry': 'another registry',
  git: 'git',
  path: 'a path',
}

/** `✖ bump to 1.2.4, waits for a 1.0.0`, or that no version mends it. */
function adviceText({ to, command, blockedBy, unfixed }: Advised): string {
  if (to === null) return `✖ no fixed version (${unfixed.join(', ')})`
  const waits =
    command === null && blockedBy.length > 0
      ? `, waits for ${blockedBy
          .slice(0, 3)
          .map(({ name, version }) => `${name} ${version}`.trim())
          .join(', ')}`
      : ''
  return `✖ bump to ${to}${waits}${unfixed.length === 0 ? '' : `; no fix for ${unfixed.join(', ')}`}`
}

const underneathLine = (found: AdvisedPackage): Line =>
  line(
    span('strong', `${found.name} ${found.version}`),
    '  ',
    span('bad', adviceText(found)),
    span('quiet', `  by way of ${found.way.slice(0, -1).join(' > ')}`),
  )

function section(title: string, lines: readonly Line[]): Line[] {
  if (lines.length === 0) return []
  const left = lines.length - SHOWN_MAX
  return [
    line(span('strong', title)),
    ...lines.slice(0, SHOWN_MAX).map((own): Line => [span(null, '  '), ...own]),
    ...(left > 0 ? [line(span('quiet', `  and ${left} more, see --json`))] : []),
    blank,
  ]
}

function countText(dependencies: readonly DirectDependency[]): string {
  const of = (...states: DirectDependency['state'][]): number =>
    dependencies.filter(({ state }) => states.includes(state)).length
  const counts: [number, string][] = [
    [of('bump'), 'to bump'],
    [of('no-fix'), 'without a fix'],
    [of('unknown'), 'unknown'],
  ]
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return [`${dependencies.length} direct dependencies`, ...told].join(', ')
}
