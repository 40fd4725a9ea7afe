import type { ComposeModel, ComposeService } from '../compose-model.ts'
import { describeCompose } from '../describe-compose.ts'
import type { ComposeDescription } from '../describe-compose.ts'
import { readCompose } from '../read-compose.ts'
import type { ComposeReading, ComposeRequest } from '../read-compose.ts'
import type { Json } from './model/shape.ts'

export type Sample = Partial<Omit<ComposeRequest, 'files' | 'variables' | 'envFile' | 'otherFile'>> & {
  variables?: Readonly<Record<string, string>>
  /** Other files of the project: environment files, and what `extends` and `include` name. */
  project?: Readonly<Record<string, string>>
}

/** Reads one or more compose texts as tests need it: project `shop` in `/srv/shop`, first file `compose.yaml`. */
export const readSample = (texts: string | readonly string[], sample: Sample = {}): ComposeReading =>
  readCompose({ projectName: 'shop', ...requestOf(texts, sample) })

function requestOf(texts: string | readonly string[], { variables = {}, project = {}, ...rest }: Sample) {
  const fileText = (path: string): string | null =>
    Object.hasOwn(project, path) ? (project[path] ?? null) : null
  const files = [texts]
    .flat()
    .map((text, index) => ({ path: index === 0 ? 'compose.yaml' : `override-${index}.yaml`, text }))
  return {
    projectFolder: '/srv/shop',
    ...rest,
    files,
    variables: new Map(Object.entries(variables)),
    envFile: fileText,
    otherFile: fileText,
  }
}

/** The model of a text that must be without problems; throws them otherwise. */
export function modelOf(texts: string | readonly string[], sample: Sample = {}): ComposeModel {
  const reading = readSample(texts, sample)
  if (reading.ok) return reading.model
  throw new Error(
    reading.problems.map(({ file, line, col, message }) => `${file}:${line}:${col} ${message}`).join('\n'),
  )
}

/** Service `web` of an image, with these further keys, each on a line of its own from line 4 on. */
export const webWith = (...lines: readonly string[]): string =>
  ['services:', '  web:', '    image: registry.test/web:1', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  )

/** The service `web` of a file whose service has these further lines. */
export function web(lines: string | readonly string[], sample: Sample = {}): ComposeService {
  const service = modelOf(webWith(...[lines].flat()), sample).services['web']
  if (service === undefined) throw new Error('the sample has no service web')
  return service
}

/** Problems as `line:col message`, in reading order; empty where there are none. */
export function problemsOf(texts: string | readonly string[], sample: Sample = {}): string[] {
  const reading = readSample(texts, sample)
  return reading.ok ? [] : reading.problems.map(({ line, col, message }) => `${line}:${col} ${message}`)
}

/** Warnings as `line:col message`. */
export const warningsOf = (texts: string | readonly string[], sample: Sample = {}): string[] =>
  readSample(texts, sample).warnings.map(({ line, col, message }) => `${line}:${col} ${message}`)

/** What Docker Compose makes of a text, with what else is in the project; as `readSample`, in `/srv/shop`. */
export const describeSample = (texts: string | readonly string[], sample: Sample = {}): ComposeDescription =>
  describeCompose(requestOf(texts, sample))

/** Its problems as `file:line:col message`; empty where there are none. */
export function describedProblems(texts: string | readonly string[], sample: Sample = {}): string[] {
  const description = describeSample(texts, sample)
  if (description.ok) return []
  return description.problems.map(({ file, line, col, message }) => `${file}:${line}:${col} ${message}`)
}

/** Its model; throws where there are problems. */
export function described(texts: string | readonly string[], sample: Sample = {}): Record<string, Json> {
  const description = describeSample(texts, sample)
  if (description.ok) return description.model
  throw new Error(describedProblems(texts, sample).join('\n'))
}
