import { RESERVED_KEYS } from '../../config/yaml-tree.ts'
import { scalarsIn } from '../../repository/placed-yaml.ts'
import { buildingOf } from '../../repository/service-role.ts'
import { environmentOf, textValue, valueOf } from '../../repository/written-compose.ts'
import { ceilingOf, poolOf } from '../connection-budget.ts'
import { builtFrom } from '../dockerfile-of.ts'
import type { AdoptedService, AdoptionSurvey } from '../finding.ts'
import { streamEvidence } from '../stream-evidence.ts'
import { inferImage } from './infer-image.ts'
import { inferHealthPath, inferPort } from './infer-health.ts'
import { databaseUrl, variablesOf } from './infer-variables.ts'
import { inferBranch, inferDomain, inferEnvironments, inferFolder, publishedPorts } from './infer-place.ts'
import type {
  Answers,
  FolderFacts,
  Proposal,
  ProposedJob,
  ProposedService,
  Question,
  Source,
  Told,
} from './proposal.ts'

/** What `init` asks at most. The rest takes its default and is marked in the file. */
const QUESTIONS_MAX = 4

export interface Proposed {
  proposal: Proposal
  /** Open ones, most needed first. */
  questions: Question[]
}

interface Given {
  answers: Answers
  facts: FolderFacts
}

/** Reads a proposal out of a survey. What was answered is taken; what nothing says has a default and a question. */
export function propose(survey: AdoptionSurvey, given: Given): Proposed {
  const { answers, facts } = given
  const project = nameFrom(answers.project ?? manifestName(survey) ?? facts.folderName, 'project')
  const started = survey.services.filter(isStarted)
  const apps = started.filter(({ role }) => role === 'app')
  const names = namesOf(survey)
  const images = new Map(apps.map(({ written }) => [written.name, inferImage(survey, written, given)]))
  const services = apps.map((app) => ({
    ...serviceOf(survey, app, images.get(app.written.name) ?? placeholder(project, app)),
    name: names.get(app.written.name) ?? 'service',
  }))
  const jobs = started
    .filter(({ role }) => role === 'migrator' || role === 'job')
    .map((job) => jobOf(job, apps, { project, names }))
  const shipped = new Set([...services, ...jobs].map(({ compose }) => compose))
  const environments = environmentsOf(survey, answers)
  const folder = folderOf(survey, answers)
  const fallback = `/srv/${project}/{environment}`
  return {
    proposal: {
      ...{ project, services, jobs, branch: inferBranch(survey), composeFiles: survey.compose?.files ?? [] },
      accessories: survey.services
        .filter(({ written }) => !shipped.has(written.name))
        .map(({ written, role }) => ({
          name: written.name,
          at: sourceOf(written),
          isWorker: role === 'worker',
        })),
      databaseUrl: databaseUrl(apps),
      ceiling: toldOf(ceilingOf(survey)),
      folder: folder ?? { value: fallback, source: null },
      environments:
        environments.length > 0
          ? environments
          : ['staging', 'production'].map((value) => ({ value, source: null })),
      domain: inferDomain(survey),
      publishedPorts: publishedPorts(survey),
      hasFixedNames: survey.services.some(({ written }) => valueOf(written, 'container_name') !== undefined),
      ...variablesOf(survey, apps, services),
    },
    questions: [
      ...apps
        .filter(({ written }) => images.get(written.name) === null)
        .map((app) => imageQuestion(app, project)),
      ...(folder === null ? [folderQuestion(fallback)] : []),
      ...(environments.length === 0 ? [environmentQuestion] : []),
    ].slice(0, QUESTIONS_MAX),
  }
}

/** A service of a profile is none of a release that names no profiles: it stays what it is. */
export const isStarted = ({ written }: AdoptedService): boolean =>
  scalarsIn(valueOf(written, 'profiles')?.value).length === 0

const environmentsOf = (survey: AdoptionSurvey, { environments }: Answers): Told<string>[] =>
  environments.length > 0
    ? [...new Set(environments)].map((value) => ({ value, source: null, isSaid: true }))
    : inferEnvironments(survey)

const folderQuestion = (fallback: string): Question => ({
  flag: '--folder PATH',
  asks: 'Folder of the project on the host, where relative paths of the compose file start',
  fallback,
})

const environmentQuestion: Question = {
  flag: '--environment NAME',
  asks: 'Environments, with commas between',
  fallback: 'staging,production',
}

const sourceOf = ({ file, line }: { file: string; line: number }): Source => ({ file, line })

const toldOf = (known: { count: number; file: string; line: number } | null): Told<number> | null =>
  known === null ? null : { value: known.count, source: sourceOf(known) }

/** A name for each service of the compose file, no two the same however alike their keys are. */
function namesOf({ services }: AdoptionSurvey): Map<string, string> {
  const taken = new Set<string>()
  return new Map(
    services.map(({ written }) => {
      const wanted = nameFrom(written.name, 'service')
      let name = wanted
      for (let count = 2; taken.has(name); count += 1) name = `${wanted.slice(0, 36)}-${count}`
      taken.add(name)
      return [written.name, name]
    }),
  )
}

/** What the manifest at the top calls the program. */
const manifestName = ({ manifests }: AdoptionSurvey): string | null =>
  manifests.find(({ path, name }) => (path === 'Cargo.toml' || path === 'package.json') && name !== null)
    ?.name ?? null

function folderOf(survey: AdoptionSurvey, { folder, before }: Answers): Told<string> | null {
  if (folder !== null) return { value: folder, source: null, isSaid: true }
  const read = inferFolder(survey)
  if (
    before.folder === null ||
    (read !== null && [read.value, perEnvironment(read.value)].includes(before.folder))
  )
    return read
  return { value: before.folder, source: null, isSaid: true }
}

/** Lower-case letters, digits and dashes, a letter first; a word that `towpath.yaml` takes as a key. */
export function nameFrom(text: string, otherwise: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return name === '' || RESERVED_KEYS.has(name) ? otherwise : name
}

/** Refuses to resolve anywhere, so that nobody ships from it by mistake. */
const PLACEHOLDER_HOST = 'registry.invalid'

/** A folder that names no environment is one environment's own; the others stand beside it. */
export const perEnvironment = (folder: string): string =>
  folder.includes('{environment}') ? folder : `${folder.replace(/\/[^/]*$/, '')}/{environment}`

const placeholder = (project: string, { written }: AdoptedService): Told<string> => ({
  value: placeholderImage(project, written.name),
  source: null,
})

const placeholderImage = (project: string, name: string): string =>
  `${PLACEHOLDER_HOST}/${project}/${nameFrom(name, 'service')}`

export const isPlaceholder = (image: string): boolean => image.startsWith(`${PLACEHOLDER_HOST}/`)

const imageQuestion = ({ written }: AdoptedService, project: string): Question => ({
  flag: `--image ${written.name}=REPOSITORY`,
  asks: `Repository of the images of ${written.name}, without a tag`,
  fallback: placeholderImage(project, written.name),
})

function serviceOf(survey: AdoptionSurvey, app: AdoptedService, image: Told<string>): ProposedService {
  const { written } = app
  const isFrontend =
    [...environmentOf(written).keys()].some((name) => /^(?:NEXT_PUBLIC_|VITE_|NUXT_)/.test(name)) ||
    /front|next|nuxt|(?:^|[-_])(?:web|ui|client)(?:$|[-_])/i.test(written.name)
  const context =
    builtFrom(survey, written) === null
      ? homeOf(survey, app, isFrontend)
      : (buildingOf(written)?.context ?? null)
  const streams = isFrontend ? null : streamEvidence(survey)
  const pool = poolOf(survey, app)
  return {
    ...{
      name: nameFrom(written.name, 'service'),
      compose: written.name,
      at: sourceOf(written),
      image,
      context,
    },
    hasDockerfile: hasDockerfile(survey, app, context),
    port: inferPort(survey, written, isFrontend),
    healthPath: inferHealthPath(survey, written, isFrontend),
    single: streams === null ? null : sourceOf(streams),
    connections:
      isFrontend || pool === null
        ? null
        : { value: pool.count, source: pool.isAssumed ? null : sourceOf(pool) },
  }
}

const hasDockerfile = (
  survey: AdoptionSurvey,
  { written }: AdoptedService,
  context: string | null,
): boolean =>
  builtFrom(survey, written) !== null ||
  (context === '' && survey.dockerfiles.some(({ path }) => path === 'Dockerfile'))

/** Where a service is built whose context only a variable knows: here, when the manifest at the top is of its kind. */
function homeOf(
  { manifests }: AdoptionSurvey,
  { written }: AdoptedService,
  isFrontend: boolean,
): string | null {
  if (buildingOf(written) === null && textValue(written, 'image') === undefined) return null
  const top = manifests.find(({ path }) => path === 'Cargo.toml' || path === 'package.json')
  const isNode = top?.ecosystem === 'npm'
  return top !== undefined && isNode === isFrontend && buildingOf(written)?.context === null ? '' : null
}

/** A job with the image of a service uses that service's build. */
function jobOf(
  { written, role }: AdoptedService,
  apps: readonly AdoptedService[],
  { project, names }: { project: string; names: ReadonlyMap<string, string> },
): ProposedJob {
  const image = textValue(written, 'image')
  const context = buildingOf(written)?.text
  const same = apps.find((app) =>
    image !== undefined
      ? textValue(app.written, 'image') === image
      : buildingOf(app.written)?.text === context,
  )
  return {
    ...{
      name: names.get(written.name) ?? 'job',
      compose: written.name,
      at: sourceOf(written),
      migrates: role === 'migrator',
    },
    image:
      same === undefined
        ? placeholderImage(project, written.name)
        : (names.get(same.written.name) ?? 'service'),
  }
}
