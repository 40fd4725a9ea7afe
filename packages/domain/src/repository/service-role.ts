import { childIn, scalarsIn, textIn } from './placed-yaml.ts'
import { dependenciesOf, environmentOf, settledText, textValue, valueOf } from './written-compose.ts'
import type { WrittenCompose, WrittenService } from './written-compose.ts'

/** What a service of a compose file is for, as far as its lines tell. */
export type ServiceRole = 'proxy' | 'database' | 'accessory' | 'migrator' | 'job' | 'worker' | 'app'

const PROXIES = /(?:^|\/)(?:nginx|openresty|traefik|caddy|haproxy|envoy|nginx-proxy|httpd)$/
const DATABASES =
  /(?:^|\/)(?:postgres|postgis|pgvector|timescaledb|mysql|mariadb|mongo|mssql|cockroach|clickhouse|clickhouse-server)$/
const ACCESSORIES =
  /(?:^|\/)(?:redis|valkey|memcached|rabbitmq|nats|kafka|zookeeper|minio|elasticsearch|opensearch|meilisearch|typesense|grafana|prometheus|alertmanager|loki|tempo|promtail|node-exporter|cadvisor|mailhog|mailpit|certbot|watchtower|adminer|pgadmin4?|pgbouncer|busybox|alpine|registry|localstack|otel-collector[\w-]*|opentelemetry-collector[\w-]*|vector|fluent-bit|cloudflared|tailscale)$/
const MIGRATES =
  /\b(?:migrate|migrator|migrations?|alembic|flyway|liquibase|sea-orm-cli|diesel|goose|dbmate|sqitch|prisma\s+(?:migrate|db\s+push)|db:migrate|knex)\b/i
/** Takes work from a queue or a clock, and no requests: by the service's name, or by what it is told to run. */
const WORK = '(?:workers?|queue|scheduler|cron|beat|consumer|sidekiq|celery)'
const IS_CALLED_WORK = new RegExp(`(?:^|[-_])${WORK}(?:$|[-_\\d])`, 'i')
/** A whole word or program, never an option: a web server has `--workers` too. */
const RUNS_WORK = new RegExp(
  `(?:^|\\s)(?!-)(?:\\S*[/:.])?${WORK}(?:\\.(?:[cm]?[jt]s|py|rb|php|sh))?(?=\\s|$)|\\b(?:celery|sidekiq|queue:work|resque|solid_queue)\\b`,
  'i',
)
const ONCE = /(?:^|[-_])(?:init|setup|seed|seeder|job|bootstrap|createbuckets|backup)(?:$|[-_])/i

/** A text with the defaults of its variables; as written where one has none. */
const withDefaults = (text: string): string => settledText(text, new Map()) ?? text

/** Repository of an image text, tag and digest away; variables of the tag go whole. */
export function imageName(image: string): string {
  let depth = 0
  let end = -1
  for (let at = 0; at < image.length; at += 1) {
    const sign = image[at]
    if (sign === '{') depth += 1
    else if (sign === '}') depth -= 1
    else if (depth <= 0 && sign === '/') end = -1
    else if (depth <= 0 && end === -1 && (sign === ':' || sign === '@')) end = at
  }
  return end === -1 ? image : image.slice(0, end)
}

/** Tells by image, name, command and variables; what nothing tells is an app, which is looked at most closely. */
export function roleOf(service: WrittenService, compose: WrittenCompose): ServiceRole {
  const known = roleOfImage(imageName(withDefaults(textValue(service, 'image') ?? '')))
  const once = isWaitedFor(service, compose) || textValue(service, 'restart') === 'no'
  const words = wordsOf(service)
  if (MIGRATES.test(words) && (once || (known === null && MIGRATES.test(service.name)))) return 'migrator'
  return known ?? ownRole(service, { once, words })
}

function ownRole(service: WrittenService, { once, words }: { once: boolean; words: string }): ServiceRole {
  if (once || ONCE.test(service.name)) return 'job'
  const works = IS_CALLED_WORK.test(service.name) || RUNS_WORK.test(words)
  return works && valueOf(service, 'ports') === undefined ? 'worker' : 'app'
}

function roleOfImage(image: string): ServiceRole | null {
  if (PROXIES.test(image)) return 'proxy'
  if (DATABASES.test(image)) return 'database'
  return ACCESSORIES.test(image) ? 'accessory' : null
}

/** What the service is called and told to do. */
function wordsOf(service: WrittenService): string {
  const command = ['command', 'entrypoint'].flatMap((key) =>
    scalarsIn(valueOf(service, key)?.value).map(({ text }) => text),
  )
  const told = [...environmentOf(service)]
    .filter(([name]) => /^(?:ROLE|MODE|COMMAND|TASK|APP_ROLE|PROCESS)$/i.test(name))
    .map(([, { text }]) => text)
  return [service.name, ...command, ...told].join(' ')
}

const isWaitedFor = (service: WrittenService, { services }: WrittenCompose): boolean =>
  services.some((other) =>
    dependenciesOf(other).some(
      ({ on, condition }) => on === service.name && condition === 'service_completed_successfully',
    ),
  )

export interface Building {
  /** Folder that is built, relative to the repository; null where a variable or a URL says it. */
  context: string | null
  dockerfile: string
  target: string | null
  file: string
  line: number
  /** As written. */
  text: string
}

/** How compose would build the service; null where it only pulls. */
export function buildingOf(service: WrittenService): Building | null {
  const build = valueOf(service, 'build')
  if (build === undefined) return null
  const told = (key: string): string | undefined => textIn(childIn(build.value, key))
  const text = textIn(build.value) ?? told('context') ?? '.'
  return {
    context: contextOf(withDefaults(text)),
    dockerfile: withDefaults(told('dockerfile') ?? 'Dockerfile'),
    target: withDefaultsOf(told('target')),
    ...{ file: build.file, line: build.line, text },
  }
}

const withDefaultsOf = (text: string | undefined): string | null =>
  text === undefined ? null : withDefaults(text)

/** Null for what lies outside the repository, or is only known to a variable. */
const contextOf = (text: string): string | null =>
  /[$]|^[a-z+]+:\/\/|^git@|^\/|^\.\./.test(text) ? null : text.replace(/^\.\/?/, '').replace(/\/$/, '')
