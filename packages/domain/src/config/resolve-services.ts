import { parseDuration } from './duration.ts'
import type { JobConfig, ServiceConfig, SmokeCheck } from './resolved-config.ts'
import type { ConfigFile } from './schema.ts'
import { isName } from './section/field.ts'
import { smokeCheck } from './section/service.ts'
import type { job, service } from './section/service.ts'
import type { z } from 'zod'
import { parseStatusRange } from './status-range.ts'

type Service = z.output<typeof service>
type Job = z.output<typeof job>

/** Services and jobs in the order of the file: jobs run in that order. */
export function resolveServices(entries: ConfigFile['services']): {
  services: ServiceConfig[]
  jobs: JobConfig[]
} {
  const services: ServiceConfig[] = []
  const jobs: JobConfig[] = []
  for (const [name, entry] of Object.entries(entries)) {
    if (entry.job === true) jobs.push(resolveJob(name, entry))
    else services.push(resolveService(name, entry))
  }
  return { services, jobs }
}

/** What the schema has already checked: null here is a mistake of this program, not of the file. */
export function validated<Value>(value: Value | null): Value {
  if (value === null) throw new Error('a value passed the schema and cannot be read')
  return value
}

export const durationMs = (text: string): number => validated(parseDuration(text))

function resolveService(name: string, entry: Service): ServiceConfig {
  const { health } = entry
  const status = validated(parseStatusRange(health.status))
  return {
    name,
    compose: entry.compose,
    image: entry.image,
    port: health.port,
    single: entry.single,
    connections: entry.connections ?? null,
    health: {
      path: health.path,
      withinMs: durationMs(health.within),
      intervalMs: durationMs(health.interval),
      timeoutMs: durationMs(health.timeout),
      statusMin: status.min,
      statusMax: status.max,
    },
    smoke: entry.smoke.map((check) =>
      resolveSmoke(smokeCheck.parse(typeof check === 'string' ? { path: check } : check)),
    ),
  }
}

const resolveSmoke = (check: z.output<typeof smokeCheck>): SmokeCheck => ({
  method: check.method,
  path: check.path,
  headers: check.headers,
  status: check.status,
  contains: check.contains ?? null,
  timeoutMs: durationMs(check.timeout),
})

const resolveJob = (name: string, entry: Job): JobConfig => ({
  name,
  compose: entry.compose,
  image: isName(entry.image) ? { service: entry.image } : { repository: entry.image },
  withinMs: durationMs(entry.within),
  migrates: entry.migrates,
})
