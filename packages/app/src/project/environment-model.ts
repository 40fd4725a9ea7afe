import { composeProjectOf } from '@towpath/domain/config/resolved-config.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import { filesOf, resolveConfig } from '@towpath/domain/config/resolve-config.ts'
import { parseSettings } from '@towpath/domain/config/settings.ts'
import type { TowpathConfig } from '@towpath/domain/config/parse-config.ts'
import { secretPlaceholder } from '@towpath/domain/config/secret-placeholder.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { mapModel } from '@towpath/domain/project/map-model.ts'
import type { ComposeModel } from '@towpath/domain/project/compose-model.ts'
import type { Installation, SecretValues } from '../installation.ts'
import type { ProjectFiles } from '../release/snapshot.ts'
import { configPath, textOf } from '../release/snapshot.ts'
import { problemsError } from './problems.ts'

/** A release's files read for one environment: config merged, compose file interpolated with placeholders for secrets. */
export interface EnvironmentModel {
  config: ResolvedConfig
  model: ComposeModel
  secrets: SecretValues
  /** SHA-256 of the sealed secrets; empty where the environment has none. */
  sealedDigest: string
  /** What the compose file was interpolated with; secrets as placeholders. */
  variables: ReadonlyMap<string, string>
  /** Variables that it asks for, that are not set and have no default. */
  unset: string[]
  warnings: string[]
}

/** Parses `towpath.yaml` of a release's files; every problem at once. */
export function configOf(files: ProjectFiles): TowpathConfig {
  const text = textOf(files, configPath)
  if (text === null) throw missingFile(configPath)
  const parsed = parseConfig({ path: configPath, text })
  if (parsed.ok) return parsed.config
  throw problemsError({
    code: 'CONFIG_INVALID',
    what: 'towpath.yaml cannot be used',
    problems: parsed.problems,
    unchanged: 'Nothing was changed.',
  })
}

/** Reads everything a deployment needs from a release's files. Secrets are opened in memory and appear in no result but `secrets`. */
export async function readEnvironment(
  installation: Installation,
  files: ProjectFiles,
  environment: string,
): Promise<EnvironmentModel> {
  const { config, settings, secrets, sealedDigest } = await readSettingsOf(installation, files, environment)
  const variables = new Map([
    ...settings,
    ...[...secrets].map(([name, value]): [string, string] => [
      name,
      value === '' ? '' : secretPlaceholder(name),
    ]),
  ])
  return {
    config,
    secrets,
    sealedDigest,
    variables,
    ...(await composeFor(installation, files, { config, variables })),
  }
}

/** The part of it that needs no compose file: the config merged, plain settings and secrets. */
export async function readSettingsOf(
  installation: Installation,
  files: ProjectFiles,
  environment: string,
): Promise<
  Pick<EnvironmentModel, 'config' | 'secrets' | 'sealedDigest'> & { settings: Map<string, string> }
> {
  const written = configOf(files)
  const settings = settingsOf(files, filesOf(written, environment).settingsFiles)
  const config = resolveConfig(written, environment, settings)
  return { config, settings, ...(await openSecrets(installation, files, config)) }
}

/** The compose file of an environment with these variables, under the names that it has there. */
export async function composeFor(
  installation: Installation,
  files: ProjectFiles,
  { config, variables }: Pick<EnvironmentModel, 'config' | 'variables'>,
): Promise<Pick<EnvironmentModel, 'model' | 'unset' | 'warnings'>> {
  const read = await installation.compose.read({
    files: config.composeFiles.map((path) => ({ path, text: required(files, path) })),
    variables,
    envFile: (path) => textOf(files, path),
    otherFile: (path) => textOf(files, path),
    projectName: composeProjectOf(config),
    projectFolder: config.host.folder,
    profiles: config.profiles,
  })
  if (!read.ok)
    throw problemsError({
      code: 'COMPOSE_INVALID',
      what: 'The compose file cannot be used',
      problems: read.problems,
      unchanged: 'Nothing was changed.',
    })
  const mapped = mapModel(read.model, {
    paths: config.map.paths,
    ports: config.map.ports,
    projectFolder: config.host.folder,
    names: { prefix: config.map.names },
    domains: config.map.domains,
  })
  return {
    model: mapped.model,
    unset: read.unset,
    warnings: [
      ...read.warnings.map((warning) => `${warning.file}:${warning.line} ${warning.message}`),
      ...mapped.unused.map((key) => `towpath.yaml: map.${key} fits nothing in the compose file`),
    ],
  }
}

function settingsOf(files: ProjectFiles, paths: string[]): Map<string, string> {
  const merged = new Map<string, string>()
  for (const path of paths) {
    const parsed = parseSettings({ path, text: required(files, path) })
    if (!parsed.ok)
      throw problemsError({
        code: 'SETTINGS_INVALID',
        what: `${path} cannot be used`,
        problems: parsed.problems,
        unchanged: 'Nothing was changed.',
      })
    for (const [name, value] of parsed.settings) merged.set(name, value)
  }
  return merged
}

/** Opens the sealed secrets that a config names, from a release's files. */
export async function openSecrets(
  installation: Installation,
  files: ProjectFiles,
  config: Pick<ResolvedConfig, 'secretsFile' | 'environment'>,
): Promise<{ secrets: SecretValues; sealedDigest: string }> {
  if (config.secretsFile === null) return { secrets: new Map(), sealedDigest: '' }
  const sealed = files.get(config.secretsFile.replace(/^\.\//, ''))
  if (sealed === undefined) throw missingSecrets(config)
  return {
    secrets: await installation.secrets.open(sealed),
    sealedDigest: installation.sha256(Buffer.from(sealed).toString('base64')),
  }
}

function required(files: ProjectFiles, path: string): string {
  const text = textOf(files, path)
  if (text === null) throw missingFile(path)
  return text
}

const missingSecrets = ({
  secretsFile,
  environment,
}: Pick<ResolvedConfig, 'secretsFile' | 'environment'>): TowpathError =>
  new TowpathError({
    code: 'PROJECT_FILE_MISSING',
    kind: 'usage',
    message: `There is no ${secretsFile}, which towpath.yaml names for ${environment}.`,
    hint: `Seal what ${environment} needs: towpath secrets set NAME -e ${environment}, then run this again; or take secrets: out of towpath.yaml for an environment that has none. Nothing was changed.`,
    detail: { path: secretsFile },
  })

const missingFile = (path: string): TowpathError =>
  new TowpathError({
    code: 'PROJECT_FILE_MISSING',
    kind: 'usage',
    message: `The release's files do not include ${path}.`,
    hint: `Put ${path} beside towpath.yaml and create the release again. Nothing was changed.`,
    detail: { path },
  })
