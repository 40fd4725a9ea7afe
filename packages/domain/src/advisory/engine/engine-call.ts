import type { EngineName } from './engine.ts'

/** What an engine is to look at: lockfiles in a folder that holds nothing else, or an archive of an image. */
export type EngineSubject = ({ folder: string; lockfiles: readonly string[] } | { archive: string }) & {
  /** A file of settings that sets nothing, for engines that else read one in the home folder. */
  settings: string
}

/** How an engine is run. Paths are absolute. */
export interface EngineCall {
  args: string[]
  /** Beside the minimal environment. */
  env: Record<string, string>
  /** Endings that come with a report; any other is a failure. */
  endings: readonly number[]
  /** The lockfile that the call is about, where it is about one. */
  file?: string
}

type Calls = (subject: EngineSubject, usesNetwork: boolean) => EngineCall[]

/**
 * The calls that make an engine judge a subject; none where it has nothing to look at there. Settings go by the
 * environment where an engine takes them so: a version that does not know one yet goes on. Without a network every engine
 * is told to judge by the data it has.
 */
export const engineCalls = (engine: EngineName, subject: EngineSubject, usesNetwork: boolean): EngineCall[] =>
  calls[engine](subject, usesNetwork)

/** Engines that read images. */
export const imageEngines: readonly EngineName[] = ['trivy', 'grype']

const trivy: Calls = (subject, usesNetwork) => [
  {
    args: [
      ...('archive' in subject ? ['image', '--input', subject.archive] : ['fs']),
      ...['--scanners', 'vuln', '--format', 'json', '--quiet'],
      ...('archive' in subject ? [] : [subject.folder]),
    ],
    env: {
      // What a lockfile needs for development counts here too; presence says so.
      ...{
        TRIVY_INCLUDE_DEV_DEPS: 'true',
        TRIVY_DISABLE_TELEMETRY: 'true',
        TRIVY_SKIP_VERSION_CHECK: 'true',
      },
      ...(usesNetwork
        ? {}
        : {
            TRIVY_SKIP_DB_UPDATE: 'true',
            TRIVY_SKIP_JAVA_DB_UPDATE: 'true',
            TRIVY_OFFLINE_SCAN: 'true',
          }),
    },
    endings: [0],
  },
]

const grype: Calls = (subject, usesNetwork) => [
  {
    args: [
      ...['--config', subject.settings, '-o', 'json', '-q'],
      'archive' in subject ? subject.archive : `dir:${subject.folder}`,
    ],
    env: {
      GRYPE_CHECK_FOR_APP_UPDATE: 'false',
      ...(usesNetwork ? {} : { GRYPE_DB_AUTO_UPDATE: 'false' }),
    },
    endings: [0],
  },
]

const osvScanner: Calls = (subject, usesNetwork) =>
  'archive' in subject
    ? []
    : [
        {
          args: [
            ...['scan', 'source', '--recursive', '--format', 'json', '--all-packages', '--no-ignore'],
            ...(usesNetwork ? [] : ['--offline']),
            subject.folder,
          ],
          env: {},
          endings: [0, 1],
        },
      ]

const cargoAudit: Calls = (subject, usesNetwork) =>
  'archive' in subject
    ? []
    : subject.lockfiles
        .filter((path) => /(?:^|\/)Cargo\.lock$/.test(path))
        .map((path) => ({
          args: ['audit', '--json', ...(usesNetwork ? [] : ['--no-fetch']), '--file', path],
          env: {},
          endings: [0, 1],
          file: path,
        }))

const calls: Record<EngineName, Calls> = {
  trivy,
  grype,
  'osv-scanner': osvScanner,
  'cargo-audit': cargoAudit,
}

/** Variables of the caller that engines find their data by; secrets of the caller are none of them. */
const dataVariables = [
  ...['HOME', 'XDG_CACHE_HOME', 'CARGO_HOME', 'TRIVY_CACHE_DIR', 'GRYPE_DB_CACHE_DIR'],
  ...['OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY', 'OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY'],
]
const networkVariables = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
]

/** Secrets that an engine is given, which it may print: what a proxy is reached by. */
export const engineSecrets = (env: Readonly<Record<string, string | undefined>>): string[] =>
  ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].flatMap((name) => env[name] ?? [])

/** The environment of an engine: where its data is, and with a network how that is reached. Nothing else comes along. */
export function engineEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  usesNetwork: boolean,
): Record<string, string> {
  const names = [...dataVariables, ...(usesNetwork ? networkVariables : [])]
  const given = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...Object.fromEntries(given) }
}
