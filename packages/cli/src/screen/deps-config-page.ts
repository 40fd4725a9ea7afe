import type { UpdateTarget } from '@towpath/domain/dependency/update-target.ts'
import type { Plan } from '../repository/new-files.ts'
import { writtenLines } from './init-page.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { tableLines } from './table.ts'

interface DepsConfigPage {
  targets: readonly UpdateTarget[]
  plan: Plan
  isWritten: boolean
  notes: readonly string[]
}

/** What is there to keep current, then the files: written, or as they would be. */
export function depsConfigPage({ targets, plan, isWritten, notes }: DepsConfigPage): Line[] {
  const rows = targets.map(({ kind, folders }) => [
    span('strong', kind.name),
    span(null, folders.join(' ')),
    span('quiet', kind.isCode ? 'patch and minor, when green' : 'never'),
  ])
  return [
    ...tableLines({ head: ['kind', 'folders', 'merged by itself'], rows }, null),
    blank,
    ...notes.map((text) => line(span('warning', '▲ '), text)),
    ...(notes.length === 0 ? [] : [blank]),
    ...(isWritten ? [] : freshLines(plan.fresh)),
    ...writtenLines(isWritten ? plan : { ...plan, fresh: new Map() }),
    ...(isWritten || plan.fresh.size === 0
      ? []
      : [line('Nothing was written. To write what is not there yet, add ', span('strong', '--write'))]),
  ]
}

const freshLines = (fresh: ReadonlyMap<string, string>): Line[] =>
  [...fresh].flatMap(([path, text]) => [
    line(span('strong', path)),
    ...text
      .trimEnd()
      .split('\n')
      .map((row) => line(`  ${row}`)),
    blank,
  ])
