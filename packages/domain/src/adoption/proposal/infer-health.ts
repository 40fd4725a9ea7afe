import { finalStages, lastOf } from '../../repository/dockerfile.ts'
import { walkNginx } from '../../repository/nginx-conf.ts'
import { childIn, scalarsIn } from '../../repository/placed-yaml.ts'
import { environmentOf, networkNames, settledText, valueOf } from '../../repository/written-compose.ts'
import type { WrittenService } from '../../repository/written-compose.ts'
import { builtFrom } from '../dockerfile-of.ts'
import type { AdoptionSurvey } from '../finding.ts'
import type { Told } from './proposal.ts'

const URL_IN = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+|\$\{?\w+\}?))?(\/[\w./-]*)?/
/** Routes that people give their health checks, as texts of their sources. */
const ROUTE =
  /["'`](\/(?:api\/)?(?:health|healthz|health_check|healthcheck|livez|readyz|ready|ping|up|actuator\/health))["'`]/

/** Path of the health check: of the compose file, the Dockerfile, the sources. */
export function inferHealthPath(
  survey: AdoptionSurvey,
  service: WrittenService,
  isFrontend: boolean,
): Told<string> {
  const asked = askedByCompose(service) ?? askedByImage(survey, service)
  if (asked !== null) return asked
  if (isFrontend) return { value: '/', source: null }
  const path = builtFrom(survey, service)?.dockerfile.path ?? ''
  return inSources(survey, path.slice(0, path.lastIndexOf('/') + 1)) ?? { value: '/health', source: null }
}

function askedByCompose(service: WrittenService): Told<string> | null {
  const check = valueOf(service, 'healthcheck')
  const test = scalarsIn(childIn(check?.value, 'test')).map(({ text }) => text)
  const asked = URL_IN.exec(test.join(' '))
  if (check === undefined || asked === null) return null
  return { value: asked[2] ?? '/', source: { file: check.file, line: check.line } }
}

function askedByImage(survey: AdoptionSurvey, service: WrittenService): Told<string> | null {
  const built = builtFrom(survey, service)
  const line = built === null ? undefined : lastOf(finalStages(built.dockerfile, built.target), 'HEALTHCHECK')
  const asked = URL_IN.exec(line?.text ?? '')
  if (built === null || line === undefined || asked === null) return null
  return { value: asked[2] ?? '/', source: { file: built.dockerfile.path, line: line.line } }
}

function inSources({ files }: AdoptionSurvey, folder: string): Told<string> | null {
  for (const [file, text] of files.texts) {
    if (!file.startsWith(folder) || !/\.(?:rs|[cm]?[jt]sx?|py|go|rb|java|kt|cs|php|exs?)$/.test(file))
      continue
    if (/(?:^|\/)(?:tests?|__tests__|spec)\//.test(file)) continue
    const at = text.split(/\r?\n/).findIndex((row) => ROUTE.test(row) && !/^\s*(?:\/\/|#|\*)/.test(row))
    const path = ROUTE.exec(text.split(/\r?\n/)[at] ?? '')?.[1]
    if (path !== undefined) return { value: path, source: { file, line: at + 1 } }
  }
  return null
}

/** Port of the service: where nginx sends its traffic, what it publishes or exposes, what its variables or its image say. */
export function inferPort(
  survey: AdoptionSurvey,
  service: WrittenService,
  isFrontend: boolean,
): Told<number> {
  return (
    fromNginx(survey, service) ??
    fromCompose(survey, service) ??
    fromDockerfile(survey, service) ?? { value: isFrontend ? 3000 : 8080, source: null }
  )
}

function fromNginx({ nginx }: AdoptionSurvey, service: WrittenService): Told<number> | null {
  const names = networkNames(service)
  for (const { path, directives } of nginx)
    for (const { directive } of walkNginx(directives)) {
      const address = /^(?:https?:\/\/)?([\w.-]+):(\d+)/.exec(directive.args[0] ?? '')
      const isTarget = directive.name === 'server' || directive.name.endsWith('_pass')
      if (isTarget && address !== null && names.includes(address[1] ?? ''))
        return { value: Number(address[2]), source: { file: path, line: directive.line } }
    }
  return null
}

function fromCompose({ variables }: AdoptionSurvey, service: WrittenService): Told<number> | null {
  for (const key of ['expose', 'ports'] as const) {
    const value = valueOf(service, key)
    for (const { text, line } of scalarsIn(value?.value)) {
      const port = Number((settledText(text, variables) ?? '').split('/')[0]?.split(':').at(-1))
      if (value !== undefined && isPort(port)) return { value: port, source: { file: value.file, line } }
    }
  }
  for (const [name, { text, file, line }] of environmentOf(service)) {
    const port = Number(
      /(?:^|_)PORT$/.test(name) && !/DB|POSTGRES|PG|REDIS|SMTP|MYSQL/.test(name)
        ? settledText(text, variables)
        : '',
    )
    if (isPort(port)) return { value: port, source: { file, line } }
  }
  return null
}

function fromDockerfile(survey: AdoptionSurvey, service: WrittenService): Told<number> | null {
  const built = builtFrom(survey, service)
  const line = built === null ? undefined : lastOf(finalStages(built.dockerfile, built.target), 'EXPOSE')
  const port = Number(/^\d+/.exec(line?.text ?? '')?.[0])
  return built !== null && line !== undefined && isPort(port)
    ? { value: port, source: { file: built.dockerfile.path, line: line.line } }
    : null
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536
