import { buildingOf } from '../../repository/service-role.ts'
import { scalarsIn } from '../../repository/placed-yaml.ts'
import type { LineEdit } from '../../repository/unified-patch.ts'
import { dependenciesOf, environmentOf, textValue, valueOf } from '../../repository/written-compose.ts'
import type { WrittenDependency, WrittenService } from '../../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { insertKey, lineAt, replaceIn } from '../line-edits.ts'
import { provenSet } from '../proven-edit.ts'

const DONE = 'service_completed_successfully'

/** A service that does not wait until the migration has ended well meets a schema that is half there. */
export const migrationRace: Trap = {
  id: 'migration-race',
  passes: 'what depends on a migration waits until it has ended well',
  look: (survey) => {
    const jobs = survey.services.filter(({ role }) => role === 'migrator').map(({ written }) => written)
    if (jobs.length === 0) return null
    const apps = survey.services.filter(({ role }) => role === 'app' || role === 'worker')
    return apps.flatMap((app) => [...early(survey, app, jobs), ...unwaited(survey, app, jobs)])
  },
}

/** What names the migration among its dependencies, and waits for less than its end. */
function early(survey: AdoptionSurvey, app: AdoptedService, jobs: readonly WrittenService[]): Finding[] {
  const names = new Set(jobs.map(({ name }) => name))
  return dependenciesOf(app.written)
    .filter(({ on, condition }) => names.has(on) && condition !== DONE)
    .map((dependency) => {
      const { on, file, line, isListed } = dependency
      const how = isListed
        ? 'the list form of depends_on waits for its start only'
        : 'it waits for its start only'
      const edits = isListed
        ? mapForm(survey, app.written, names)
        : longerWait(survey, app.written, dependency)
      return found(survey, app, { on, how, file, line, edits })
    })
}

interface Race {
  on: string
  how: string
  file: string
  line: number
  edits: LineEdit[] | undefined
}

function found(
  survey: AdoptionSurvey,
  { written, shippedAs }: AdoptedService,
  { on, how, file, line, edits }: Race,
): Finding {
  const covered = shippedAs !== null && isJob(survey, on)
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

/** What uses the database that is migrated, and waits for nothing that waits for it. */
function unwaited(survey: AdoptionSurvey, app: AdoptedService, jobs: readonly WrittenService[]): Finding[] {
  const { written } = app
  const named = new Set(dependenciesOf(written).map(({ on }) => on))
  const missing = jobs.filter(
    (job) =>
      !named.has(job.name) &&
      sharesDatabase(survey, written, job) &&
      !reaches(survey, written.name, job.name),
  )
  const edits = waitFor(survey, written, missing)
  return missing.map(({ name: on }) => {
    const { file, line } = valueOf(written, 'depends_on') ?? written
    return found(survey, app, { on, how: 'nothing makes it wait', file, line, edits })
  })
}

/** Whether a service starts only after another, by any chain of dependencies. */
function reaches({ services }: AdoptionSurvey, from: string, to: string): boolean {
  const byName = new Map(services.map(({ written }) => [written.name, written]))
  const seen = new Set<string>()
  const open = [from]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === to) return true
    const service = seen.has(name) ? undefined : byName.get(name)
    seen.add(name)
    if (service !== undefined) open.push(...dependenciesOf(service).map(({ on }) => on))
  }
  return false
}

const DATABASE_NAME =
  /(?:^|_)(?:DATABASE|DB|POSTGRES(?:QL)?|MYSQL|MARIADB|MONGO(?:DB)?|SQL|JDBC)(?:_|$)|^PG[A-Z]+$|DATASOURCE/i

/** The same image, the same settings of a database, the same env file, or the same database waited for. */
function sharesDatabase(survey: AdoptionSurvey, app: WrittenService, job: WrittenService): boolean {
  const image = textValue(app, 'image')
  if (image !== undefined && image === textValue(job, 'image')) return true
  const built = buildingOf(app)
  const other = buildingOf(job)
  if (built !== null && other !== null && built.text === other.text && built.dockerfile === other.dockerfile)
    return true
  const settings = [...environmentOf(job).keys()].filter((name) => DATABASE_NAME.test(name))
  const own = environmentOf(app)
  if (settings.some((name) => own.has(name))) return true
  const files = new Set(envFiles(job))
  if (envFiles(app).some((file) => files.has(file))) return true
  const databases = survey.services.filter(({ role }) => role === 'database')
  const waits = (service: WrittenService, name: string): boolean =>
    dependenciesOf(service).some(({ on }) => on === name)
  return databases.some(({ written: { name } }) => waits(app, name) && waits(job, name))
}

const envFiles = (service: WrittenService): string[] =>
  scalarsIn(valueOf(service, 'env_file')?.value).map(({ text }) => text.replace(/^\.\//, ''))

/** Names that YAML reads as the same text without quotes, as a key and as a value. */
const isPlainName = (name: string): boolean =>
  /^[A-Za-z][\w.-]*$/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(name)

function waitFor(
  survey: AdoptionSurvey,
  service: WrittenService,
  jobs: readonly WrittenService[],
): LineEdit[] | undefined {
  const isPossible = jobs.every(
    (job) =>
      isPlainName(job.name) &&
      valueOf(job, 'profiles') === undefined &&
      !reaches(survey, job.name, service.name),
  )
  if (jobs.length === 0 || !isPossible || valueOf(service, 'depends_on') !== undefined) return undefined
  const rows = jobs.map(({ name }) => `${name}: {condition: ${DONE}}`)
  return insertKey(survey, service, {
    key: 'depends_on',
    value: Object.fromEntries(jobs.map(({ name }) => [name, { condition: DONE }])),
    row: `depends_on: {${rows.join(', ')}}`,
  })
}

const longerWait = (
  survey: AdoptionSurvey,
  service: WrittenService,
  { on, condition, file, line }: WrittenDependency,
): LineEdit[] | undefined =>
  provenSet(
    survey,
    { file, edits: replaceIn(survey, { file, line }, { from: condition, to: DONE }) },
    { path: ['services', service.name, 'depends_on', on, 'condition'], value: DONE },
  )

/** The whole list as a map: its other items keep waiting for a start. Only where that can be written in its lines. */
function mapForm(
  survey: AdoptionSurvey,
  service: WrittenService,
  migrators: ReadonlySet<string>,
): LineEdit[] | undefined {
  const written = valueOf(service, 'depends_on')
  if (written?.value.kind !== 'list') return undefined
  const { file, line, value } = written
  const items = value.items.flatMap((item) => (item.kind === 'scalar' ? [item] : []))
  const names = new Set(items.map(({ text }) => text))
  if (names.size !== value.items.length || ![...names].every(isPlainName)) return undefined
  const wanted = [...names].map((name): [string, { condition: string }] => [
    name,
    { condition: migrators.has(name) ? DONE : 'service_started' },
  ])
  const edits = value.isFlow
    ? braces(survey, { file, line }, wanted)
    : rowsOf(survey, file, { lines: items.map((item) => item.line), wanted })
  return provenSet(
    survey,
    { file, edits },
    { path: ['services', service.name, 'depends_on'], value: Object.fromEntries(wanted) },
  )
}

type Conditions = readonly (readonly [name: string, { condition: string }])[]

function braces(
  survey: AdoptionSurvey,
  at: { file: string; line: number },
  wanted: Conditions,
): LineEdit[] | undefined {
  const list = /\bdepends_on["']?\s*:\s*(\[[^\][]*\])/.exec(lineAt(survey, at.file, at.line) ?? '')?.[1]
  const map = wanted.map(([name, { condition }]) => `${name}: {condition: ${condition}}`).join(', ')
  return list === undefined ? undefined : replaceIn(survey, at, { from: list, to: `{${map}}` })
}

function rowsOf(
  survey: AdoptionSurvey,
  file: string,
  { lines, wanted }: { lines: readonly number[]; wanted: Conditions },
): LineEdit[] | undefined {
  const edits = wanted.map(([name, { condition }], at): LineEdit | null => {
    const line = lines[at] ?? 0
    const row = /^(\s*)-\s+["']?[\w.-]+["']?(\s+#.*)?\s*$/.exec(lineAt(survey, file, line) ?? '')
    if (row === null) return null
    const indent = row[1] === '' ? '  ' : (row[1] ?? '')
    return {
      ...{ line, remove: 1 },
      insert: [`${indent}${name}:${row[2] ?? ''}`, `${indent}  condition: ${condition}`],
    }
  })
  return edits.every((edit) => edit !== null) ? edits : undefined
}
