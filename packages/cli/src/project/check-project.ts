import type { TowpathConfig } from '@towpath/domain/config/parse-config.ts'
import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import { orderProblems } from '@towpath/domain/config/problem.ts'
import type { Problem } from '@towpath/domain/config/problem.ts'
import { environmentNames } from '@towpath/domain/config/resolve-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { mapModel } from '@towpath/domain/project/map-model.ts'
import type { ComposeModel } from '@towpath/domain/project/compose-model.ts'
import type { Finding } from '@towpath/domain/project/compose/findings.ts'
import type { ProjectFolder } from './project-folder.ts'
import { configPath, configText, readEnvironment } from './read-project.ts'
import type { EnvironmentReading } from './read-project.ts'

export interface Report {
  environments: string[]
  /** File by file, in reading order, each once however many environments have it. */
  problems: Problem[]
  warnings: Problem[]
}

/** Reads the whole project as a release would be read, and collects everything that is wrong with it. */
export function checkProject(project: ProjectFolder): Report {
  const parsed = parseConfig({ path: configPath, text: configText(project) })
  if (!parsed.ok) return { environments: [], problems: parsed.problems, warnings: [] }
  const environments = environmentNames(parsed.config)
  const found = environments.map((environment) => checkEnvironment(project, parsed.config, environment))
  return {
    environments,
    problems: byFile(found.flatMap(({ problems }) => problems)),
    warnings: byFile(found.flatMap(({ warnings }) => warnings)),
  }
}

type Found = Pick<Report, 'problems' | 'warnings'>

function checkEnvironment(project: ProjectFolder, config: TowpathConfig, environment: string): Found {
  try {
    return findingsOf(project, config, readEnvironment(project, config, environment))
  } catch (thrown) {
    if (!(thrown instanceof TowpathError)) throw thrown
    const listed = thrown.detail['problems']
    if (Array.isArray(listed)) return { problems: listed as Problem[], warnings: [] }
    const place = config.source.keyAt(['environments', environment])
    return {
      problems: [{ file: configPath, ...place, message: thrown.message, hint: thrown.hint, conceal: false }],
      warnings: [],
    }
  }
}

function findingsOf(
  project: ProjectFolder,
  written: TowpathConfig,
  { config, bare, filled }: EnvironmentReading,
): Found {
  const places = new Set(filled.warnings.map(placeKey))
  const warnings = [
    // What a stand-in for secrets mends is nothing to be warned of.
    ...bare.warnings.filter((finding) => places.has(placeKey(finding))).map(problemOf),
    ...missingSecrets(project, written, config),
  ]
  const filledOk = filled.ok ? filled : null
  const model = bare.ok ? bare.model : (filledOk?.model ?? null)
  if (model === null) return { problems: inBoth(bare, filled).map(problemOf), warnings }
  const mapped = mapModel(model, {
    paths: config.map.paths,
    ports: config.map.ports,
    projectFolder: config.host.folder,
    names: { prefix: config.map.names },
    domains: config.map.domains,
  })
  const unused = mapped.unused.map((key): Problem => ({
    file: configPath,
    ...written.source.keyAt(['environments', config.environment, 'map']),
    message: `map.${key} fits nothing in the compose file`,
    hint: null,
    conceal: false,
  }))
  return { problems: missingServices(written, config, model), warnings: [...warnings, ...unused] }
}

function missingSecrets(
  project: ProjectFolder,
  written: TowpathConfig,
  { environment, secretsFile }: EnvironmentReading['config'],
): Problem[] {
  if (secretsFile === null || project.bytes(secretsFile) !== null) return []
  const message = `${secretsFile} does not exist yet, and a release needs it`
  const place = written.source.keyAt(['environments', environment])
  const hint = `towpath secrets set NAME -e ${environment}`
  return [{ file: configPath, ...place, message, hint, conceal: false }]
}

/** What both readings refuse is wrong whatever the secrets hold. */
function inBoth(bare: EnvironmentReading['bare'], filled: EnvironmentReading['filled']): Finding[] {
  if (bare.ok || filled.ok) return []
  const places = new Set(filled.problems.map(placeKey))
  const certain = bare.problems.filter((finding) => places.has(placeKey(finding)))
  return certain.length > 0 ? certain : bare.problems
}

const placeKey = ({ file, line, col }: Finding): string => `${file}:${line}:${col}`

function missingServices(
  written: TowpathConfig,
  config: EnvironmentReading['config'],
  { services }: ComposeModel,
): Problem[] {
  return [...config.services, ...config.jobs]
    .filter(({ compose }) => services[compose] === undefined)
    .map(({ name, compose }) => ({
      file: configPath,
      ...written.source.valueAt(['services', name, 'compose']),
      message: `${name} names the compose service ${compose}, which the compose file does not have`,
      hint: `it has: ${Object.keys(services).join(', ')}`,
      conceal: false,
    }))
}

const problemOf = ({ file, line, col, message, hint }: Finding): Problem => ({
  ...{ file, line, col, message, hint },
  length: 1,
  conceal: false,
})

function byFile(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))]
  return files.flatMap((file) => orderProblems(problems.filter((problem) => problem.file === file)))
}
