import { TowpathError } from '../error/towpath-error.ts'
import { parseByteSize } from './byte-size.ts'
import { suggestWord } from './did-you-mean.ts'
import { parseFreezeWindow } from './freeze-window.ts'
import { mergeLayers } from './merge.ts'
import type { TowpathConfig } from './parse-config.ts'
import type { DatabaseConfig, HostConfig, NameMap, PolicyConfig, ResolvedConfig } from './resolved-config.ts'
import { durationMs, resolveServices, validated } from './resolve-services.ts'
import { resolveGates } from './resolve-gates.ts'
import { resolveStrategy } from './resolve-strategy.ts'
import { completeEnvironment } from './section/environment.ts'
import type { CompleteEnvironment } from './section/environment.ts'
import { followReference } from './value-reference.ts'
import { isPlainMap } from './yaml-tree.ts'
import type { Plain } from './yaml-tree.ts'

type Follow = (text: string) => string

/**
 * The config of one environment: environment over defaults over built-in values. `settings` are the values of the
 * files that `filesOf` names; a `var:NAME` without one throws `CONFIG_SETTING_MISSING`. Secrets stay placeholders.
 */
export function resolveConfig(
  config: TowpathConfig,
  environment: string,
  settings: ReadonlyMap<string, string> = new Map(),
): ResolvedConfig {
  const missing = new Set<string>()
  const follow: Follow = (text) => {
    const followed = followReference(text, settings)
    if (!followed.ok) missing.add(followed.missingSetting)
    return followed.ok ? followed.text : text
  }
  const { file } = config
  const complete = followEnvironment(completeEnvironmentOf(config, environment), follow)
  const database = resolveDatabase(file.database, follow)
  const registries = mapValues(file.registries, ({ username, password }) => ({
    username: follow(username),
    password: follow(password),
  }))
  const shipped = resolveServices(file.services)
  if (missing.size > 0) throw settingMissing(environment, [...missing], [complete.settings].flat())
  refuseBadSettings(environment, complete)
  return {
    project: file.project,
    environment,
    mode: complete.mode,
    ...filesIn(config, complete),
    profiles: file.profiles,
    ...shipped,
    ...resolvePlace(complete),
    domain: complete.domain ?? null,
    map: resolveMap(complete),
    database,
    registries,
    strategy: resolveStrategy(complete.strategy, shipped.services),
    keep: complete.keep,
    policy: resolvePolicy(complete),
  }
}

export type ConfigFiles = Pick<ResolvedConfig, 'composeFiles' | 'settingsFiles' | 'secretsFile'>

/** Files that an environment is made of, relative to the folder of `towpath.yaml`: read these first, then resolve. */
export const filesOf = (config: TowpathConfig, environment: string): ConfigFiles =>
  filesIn(config, completeEnvironmentOf(config, environment))

const filesIn = (config: TowpathConfig, complete: CompleteEnvironment): ConfigFiles => ({
  composeFiles: [config.file.compose].flat(),
  settingsFiles: [complete.settings].flat(),
  secretsFile: complete.secrets ?? null,
})

export const environmentNames = (config: TowpathConfig): string[] => Object.keys(config.file.environments)

/** The merged environment, built-in values filled in and `{environment}` substituted; still as written otherwise. */
export function completeEnvironmentOf(config: TowpathConfig, environment: string): CompleteEnvironment {
  const names = environmentNames(config)
  if (!names.includes(environment)) {
    throw new TowpathError({
      code: 'ENVIRONMENT_UNKNOWN',
      kind: 'usage',
      message: `${config.path} has no environment ${environment}; it has ${names.join(', ')}.`,
      hint: `Nothing was changed. ${suggestWord(environment, names) ?? 'Name one of these.'}`,
      detail: { environment, names },
    })
  }
  const merged = mergeLayers(
    blockOf(config, ['defaults']) ?? {},
    blockOf(config, ['environments', environment]),
  )
  return substitute(completeEnvironment.parse(merged), environment)
}

/** A part of the file as written. */
export function blockOf(config: TowpathConfig, path: readonly string[]): Plain | undefined {
  return path.reduce<Plain | undefined>(
    (block, key) => (isPlainMap(block) ? block[key] : undefined),
    config.source.tree,
  )
}

function substitute(complete: CompleteEnvironment, environment: string): CompleteEnvironment {
  const fill = (path: string): string => path.replaceAll('{environment}', environment)
  return {
    ...complete,
    settings: Array.isArray(complete.settings) ? complete.settings.map(fill) : fill(complete.settings),
    ...(complete.secrets === undefined ? {} : { secrets: fill(complete.secrets) }),
    host: { ...complete.host, folder: fill(complete.host.folder) },
    map: { ...complete.map, paths: mapValues(complete.map.paths, fill) },
  }
}

const followEnvironment = (complete: CompleteEnvironment, follow: Follow): CompleteEnvironment => ({
  ...complete,
  ...(complete.domain === undefined ? {} : { domain: follow(complete.domain) }),
  host: { ...complete.host, docker: follow(complete.host.docker), folder: follow(complete.host.folder) },
  hosts: mapValues(complete.hosts, follow),
})

/** A setting that a `var:NAME` brought in obeys the same rules as text in the file, and is no reference again. */
function refuseBadSettings(environment: string, complete: CompleteEnvironment): void {
  const parsed = completeEnvironment.safeParse(complete)
  const followed = {
    domain: complete.domain,
    'host.docker': complete.host.docker,
    'host.folder': complete.host.folder,
    ...Object.fromEntries(Object.entries(complete.hosts).map(([name, docker]) => [`hosts.${name}`, docker])),
  }
  const chained = Object.entries(followed).flatMap(([path, text]) => (text?.startsWith('var:') ? [path] : []))
  const refused = (parsed.error?.issues ?? []).map((issue) => issue.path.join('.'))
  const paths = [...new Set([...chained, ...refused])]
  if (paths.length === 0) return
  throw new TowpathError({
    code: 'CONFIG_SETTING_INVALID',
    kind: 'usage',
    message: `The settings of ${environment} give ${paths.join(' and ')} a value that cannot stand there.`,
    hint: `Nothing was changed. Mend ${[complete.settings].flat().join(', ')} and run: towpath config show -e ${environment} --explain`,
    detail: { environment, paths },
  })
}

const settingMissing = (environment: string, names: string[], files: string[]): TowpathError =>
  new TowpathError({
    code: 'CONFIG_SETTING_MISSING',
    kind: 'usage',
    message: `towpath.yaml uses ${names.map((name) => `var:${name}`).join(', ')}, which the settings of ${environment} do not set.`,
    hint: `Nothing was changed. Set it in ${files.at(-1) ?? 'a settings file of the environment'} and try again.`,
    detail: { environment, names },
  })

const mapValues = <From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

/** Several hosts take the place of the one that `host.docker` names: whoever asks for one is given the first. */
function resolvePlace({
  host,
  hosts,
  hosts_at_once: atOnce,
}: CompleteEnvironment): Pick<ResolvedConfig, 'host' | 'fleet'> {
  const named = Object.entries(hosts).map(([name, docker]) => ({ name, docker }))
  const [first] = named
  if (first === undefined) return { host: resolveHost(host) }
  return { host: resolveHost({ ...host, docker: first.docker }), fleet: { hosts: named, atOnce } }
}

const resolveHost = (host: CompleteEnvironment['host']): HostConfig => ({
  docker: host.docker,
  folder: host.folder,
  diskFreeMinBytes: validated(parseByteSize(host.disk_free)),
})

/** `./x` is a path in the host's folder. */
const resolveMap = ({ map, host }: CompleteEnvironment): NameMap => ({
  ...map,
  paths: mapValues(map.paths, (path) =>
    path.startsWith('./') ? `${host.folder.replace(/\/$/, '')}/${path.slice(2)}` : path,
  ),
})

const resolveDatabase = (
  database: TowpathConfig['file']['database'],
  follow: Follow,
): DatabaseConfig | null =>
  database === undefined
    ? null
    : {
        url: follow(database.url),
        backup: database.backup ?? null,
        ceiling: database.ceiling ?? null,
      }

function resolvePolicy(complete: CompleteEnvironment): PolicyConfig {
  const [needed] = Object.entries(complete.needs ?? {})
  return {
    approvals: complete.approvals,
    needs: needed === undefined ? null : { environment: needed[0], bakedMs: durationMs(needed[1].baked) },
    freeze: complete.freeze.map((text) => {
      const reading = parseFreezeWindow(text)
      return validated(reading.ok ? reading.window : null)
    }),
    hosts: Object.keys(complete.hosts).length > 0 ? Object.values(complete.hosts) : [complete.host.docker],
    evidence: resolveGates(complete.gates),
  }
}
