import { checkModel, profilesIn, servicesOf } from './compose/check/check-model.ts'
import { Findings } from './compose/findings.ts'
import type { Finding } from './compose/findings.ts'
import { interpolate } from './compose/interpolate.ts'
import { printModel } from './compose/model/print-model.ts'
import type { Json } from './compose/model/shape.ts'
import { parseYaml } from './compose/parse-yaml.ts'
import { childOf, textOf } from './compose/tree.ts'
import { readModel } from './compose/read-model.ts'
import { readNormalised } from './read-compose.ts'
import type { ComposeRequest } from './read-compose.ts'

/** As for shipping; the project's name comes from the files where nobody gives one. */
export type DescribeRequest = Omit<ComposeRequest, 'projectName' | 'pathMap'> & { projectName?: string }

export type ComposeDescription =
  | {
      ok: true
      /** The project in the names and forms of `docker compose config --format json`, dollar signs not doubled. */
      model: Record<string, Json>
      /** Services whose profiles are off, and all profiles that the files name. */
      inactive: string[]
      profiles: string[]
      warnings: Finding[]
      /** What keeps Towpath from shipping these services, though Docker Compose can run them. */
      unshippable: Finding[]
    }
  | { ok: false; problems: Finding[]; warnings: Finding[] }

/**
 * The whole normalised model of any compose files, shipped by Towpath or not: what Docker Compose would make of them.
 * Pure; `problems` name every construct that is wrong or cannot be read, with its place.
 */
export function describeCompose(request: DescribeRequest): ComposeDescription {
  const findings = new Findings()
  const projectName = request.projectName ?? ownName(request)
  const reading = readNormalised({ ...request, projectName }, findings)
  if (reading === null) return { ok: false, problems: findings.problems, warnings: findings.warnings }
  const { active, inactive } = servicesOf(reading.file, request.profiles ?? profilesOf(request.variables))
  checkModel({ file: reading.file, active, findings })
  const model = printModel(reading, new Set(active.keys()))
  const { problems, warnings } = findings
  if (problems.length > 0) return { ok: false, problems, warnings }
  const shipping = new Findings()
  readModel({ ...reading, findings: shipping }, active)
  const { problems: unshippable } = shipping
  return { ok: true, model, inactive, profiles: profilesIn(reading.file), warnings, unshippable }
}

const profilesOf = (variables: ReadonlyMap<string, string>): string[] =>
  (variables.get('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim())

/** The variable, then the last file that says it, then the folder: what is not allowed in a name is left out. */
function ownName(request: DescribeRequest): string {
  const given = request.variables.get('COMPOSE_PROJECT_NAME')
  if (given) return given
  const lookup = (name: string): string | undefined => request.variables.get(name)
  const named = request.files.map((file) => {
    const tree = parseYaml(file, new Findings())
    return tree === null ? '' : allowed(interpolate(textOf(childOf(tree, 'name')) ?? '', lookup).text)
  })
  const folder = request.projectFolder.split('/').findLast((step) => step !== '') ?? ''
  return named.findLast((name) => name !== '') ?? allowed(folder)
}

const allowed = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
