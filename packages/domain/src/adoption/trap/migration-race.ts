import type { LineEdit } from '../../repository/unified-patch.ts'
import { dependenciesOf, valueOf } from '../../repository/written-compose.ts'
import type { WrittenDependency, WrittenService } from '../../repository/written-compose.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { lineAt, replaceIn } from '../line-edits.ts'

const DONE = 'service_completed_successfully'

/** `depends_on` in its list form waits for a container to start, not for a migration to end. */
export const migrationRace: Trap = {
  id: 'migration-race',
  passes: 'what depends on a migration waits until it has ended well',
  look: (survey) => {
    const jobs = survey.services.filter(({ role }) => role === 'migrator')
    if (jobs.length === 0) return null
    const names = new Set(jobs.map(({ written }) => written.name))
    const apps = survey.services.filter(({ role }) => role === 'app' || role === 'worker')
    return apps.flatMap(({ written, shippedAs }) => {
      const early = dependenciesOf(written).filter(({ on, condition }) => names.has(on) && condition !== DONE)
      return early.map((dependency) => finding(survey, { written, shippedAs, dependency }))
    })
  },
}

function finding(
  survey: AdoptionSurvey,
  {
    written,
    shippedAs,
    dependency,
  }: { written: WrittenService; shippedAs: string | null; dependency: WrittenDependency },
): Finding {
  const { on, file, line, isListed } = dependency
  const how = isListed
    ? 'the list form of depends_on waits for its start only'
    : 'it waits for its start only'
  const covered = shippedAs !== null && isJob(survey, on)
  const edits = isListed
    ? mapForm(survey, written, on)
    : replaceIn(survey, { file, line }, { from: dependency.condition, to: DONE })
  return {
    status: covered ? 'warn' : 'fail',
    ...{ file, line },
    message: covered
      ? `${written.name} starts while ${on} still migrates when compose is run by hand: ${how}. Towpath runs the job first`
      : `${written.name} starts while ${on} still migrates: ${how}`,
    fix: `depends_on: {${on}: {condition: ${DONE}}}`,
    ...(edits === undefined ? {} : { edits }),
  }
}

const isJob = ({ config }: AdoptionSurvey, composeKey: string): boolean =>
  [...(config?.services.values() ?? [])].some(({ compose, job }) => compose === composeKey && job)

/** The whole list as a map: its other items keep waiting for a start. Only where each item has a plain line of its own. */
function mapForm(survey: AdoptionSurvey, service: WrittenService, migrator: string): LineEdit[] | undefined {
  const written = valueOf(service, 'depends_on')
  if (written?.value.kind !== 'list') return undefined
  const { file, line, value } = written
  const condition = (name: string): string => (name === migrator ? DONE : 'service_started')
  const items = value.items.flatMap((item) => (item.kind === 'scalar' ? [item] : []))
  if (value.isFlow) {
    const row = lineAt(survey, file, line)
    const list = row === null ? undefined : /\[[^\]]*\]/.exec(row)?.[0]
    if (list === undefined) return undefined
    const map = items.map(({ text }) => `${text}: {condition: ${condition(text)}}`).join(', ')
    return replaceIn(survey, { file, line }, { from: list, to: `{${map}}` })
  }
  const edits = items.map(({ text, line: at }): LineEdit | null => {
    const [, indent, rest] =
      /^(\s*)-\s+["']?[\w.-]+["']?(\s*#.*)?\s*$/.exec(lineAt(survey, file, at) ?? '') ?? []
    if (indent === undefined) return null
    const deeper = indent.length > 0 ? indent : '  '
    return {
      line: at,
      remove: 1,
      insert: [`${deeper}${text}:${rest ?? ''}`, `${deeper}  condition: ${condition(text)}`],
    }
  })
  return edits.every((edit) => edit !== null) && isBelow(survey, written, items[0]?.line) ? edits : undefined
}

/** A list may stand as far left as its key; a map may not. */
function isBelow(
  survey: AdoptionSurvey,
  key: { file: string; line: number },
  item: number | undefined,
): boolean {
  if (item === undefined) return false
  const depth = (line: number): number => (lineAt(survey, key.file, line) ?? '').search(/\S/)
  return depth(item) > depth(key.line)
}
