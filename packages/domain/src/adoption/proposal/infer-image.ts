import { isRepository } from '../../config/section/field.ts'
import { buildingOf, imageName } from '../../repository/service-role.ts'
import { settledText, textValue, valueOf, variablesIn } from '../../repository/written-compose.ts'
import type { WrittenService } from '../../repository/written-compose.ts'
import type { AdoptionSurvey } from '../finding.ts'
import type { Answers, FolderFacts, Told } from './proposal.ts'

interface Given {
  answers: Answers
  facts: FolderFacts
}

/** Repository of a service's builds: what was answered, what the compose file says, what any file gives its variable. Null where nothing does. */
export function inferImage(
  survey: AdoptionSurvey,
  service: WrittenService,
  { answers, facts }: Given,
): Told<string> | null {
  const asked = answers.images.get(service.name)
  if (asked !== undefined) return { value: withRegistry(asked), source: null, isSaid: true }
  const read = readImage(survey, service, facts)
  const before = answers.before.images.get(service.name)
  return before === undefined || before === read?.value ? read : { value: before, source: null, isSaid: true }
}

function readImage(survey: AdoptionSurvey, service: WrittenService, facts: FolderFacts): Told<string> | null {
  const at = valueOf(service, 'image')
  const text = textValue(service, 'image')
  if (at === undefined || text === undefined) return fromRemote(facts, service.name)
  const settled = settledText(imageName(text), survey.variables)
  if (settled === null)
    return variablesIn(text).flatMap(({ name }) => assigned(survey, name) ?? [])[0] ?? null
  // A name of one word that is built here is a name on this host alone: nobody pushes to the library of Docker Hub.
  if (!settled.includes('/') && buildingOf(service) !== null) return fromRemote(facts, service.name)
  const repository = withRegistry(imageName(settled))
  return isRepository(repository) ? { value: repository, source: { file: at.file, line: at.line } } : null
}

/** What Docker means by a name without a registry: one of Docker Hub, one word of it in its library. */
export function withRegistry(name: string): string {
  const [host = '', ...rest] = name.split('/')
  if (rest.length === 0) return `docker.io/library/${name}`
  return /[.:]/.test(host) || host === 'localhost' ? name : `docker.io/${name}`
}

/** The variable that alone holds the image, so that its value can be written down. */
export function imageVariable(service: WrittenService): string | null {
  const text = textValue(service, 'image') ?? ''
  const [only, ...more] = variablesIn(text)
  return only !== undefined && more.length === 0 && /^\$\{?\w+\}?$/.test(text) && only.fallback === null
    ? only.name
    : null
}

/** `BACKEND_IMAGE_NAME: ghcr.io/acme/backend:latest` in a workflow, a script or an example file. */
function assigned({ files }: AdoptionSurvey, variable: string): Told<string> | null {
  const pattern = new RegExp(
    `^\\s*(?:-\\s+|export\\s+|echo\\s+["']?)?${variable}\\s*[:=]\\s*["']?([a-z0-9][\\w.:/-]*)`,
  )
  for (const [file, text] of files.texts)
    for (const [at, row] of text.split(/\r?\n/).entries()) {
      const name = imageName(pattern.exec(row)?.[1] ?? '')
      const repository = name.includes('/') ? withRegistry(name) : name
      if (isRepository(repository)) return { value: repository, source: { file, line: at + 1 } }
    }
  return null
}

/** A service that is only built gets the registry of the forge that has the sources. */
function fromRemote({ remotes }: FolderFacts, name: string): Told<string> | null {
  const github = remotes.flatMap(
    (url) => /github\.com[:/]([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(url)?.slice(1, 3).join('/') ?? [],
  )[0]
  const repository = github === undefined ? '' : `ghcr.io/${github.toLowerCase()}/${name.toLowerCase()}`
  return isRepository(repository) ? { value: repository, source: { file: '.git/config', line: null } } : null
}
