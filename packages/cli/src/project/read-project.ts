import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import type { TowpathConfig } from '@towpath/domain/config/parse-config.ts'
import type { Problem } from '@towpath/domain/config/problem.ts'
import { environmentNames, filesOf, resolveConfig } from '@towpath/domain/config/resolve-config.ts'
import { composeProjectOf } from '@towpath/domain/config/resolved-config.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import { secretPlaceholder } from '@towpath/domain/config/secret-placeholder.ts'
import { mergeSettings, parseSettings } from '@towpath/domain/config/settings.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { readCompose } from '@towpath/domain/project/read-compose.ts'
import type { ComposeReading } from '@towpath/domain/project/read-compose.ts'
import type { ProjectFolder } from './project-folder.ts'

export const configPath = 'towpath.yaml'

/** `towpath.yaml` of a folder. Throws CONFIG_MISSING, or CONFIG_INVALID with every problem. */
export function readConfig(project: ProjectFolder): TowpathConfig {
  const parsed = parseConfig({ path: configPath, text: configText(project) })
  if (parsed.ok) return parsed.config
  throw configInvalid(parsed.problems)
}

export function configText(project: ProjectFolder): string {
  const text = project.text(configPath)
  if (text !== null) return text
  throw new TowpathError({
    code: 'CONFIG_MISSING',
    kind: 'usage',
    message: `There is no ${configPath} in this folder.`,
    hint: 'Nothing was changed. Go to the folder of towpath.yaml, or name it with -C.',
  })
}

/** Plain settings of an environment, later files over earlier. Throws PROJECT_FILE_MISSING; a bad file is CONFIG_INVALID. */
export function readSettings(project: ProjectFolder, paths: readonly string[]): Map<string, string> {
  return mergeSettings(
    paths.map((path) => {
      const parsed = parseSettings({ path, text: textOf(project, path) })
      if (parsed.ok) return parsed.settings
      throw configInvalid(parsed.problems)
    }),
  )
}

export interface EnvironmentReading {
  config: ResolvedConfig
  /** With settings alone: a variable that only the sealed secrets give is not set. */
  bare: ComposeReading
  /** With a stand-in for every variable the settings do not give; the same as `bare` where there are no secrets. */
  filled: ComposeReading
}

/**
 * Reads all that an environment is made of, by the functions the server uses, so that the same files are read. The
 * names of sealed secrets are not known here, hence two readings: what both refuse is wrong for certain.
 */
export function readEnvironment(
  project: ProjectFolder,
  written: TowpathConfig,
  environment: string,
): EnvironmentReading {
  const { config, settings } = readResolvedConfig(project, written, environment)
  const bare = readComposeOf(project, config, settings)
  const filled =
    config.secretsFile === null ? bare : readComposeOf(project, config, new SecretsUnknown(settings))
  return { config, bare, filled }
}

/** The part of it that needs no compose file; leaves settings and sealed secrets in `project.files`. */
export function readResolvedConfig(
  project: ProjectFolder,
  written: TowpathConfig,
  environment: string,
): { config: ResolvedConfig; settings: Map<string, string> } {
  const settings = readSettings(project, filesOf(written, environment).settingsFiles)
  const config = resolveConfig(written, environment, settings)
  if (config.secretsFile !== null) project.bytes(config.secretsFile)
  return { config, settings }
}

/** Reads every environment, for what it leaves in `project.files`. */
export function readWholeProject(project: ProjectFolder): TowpathConfig {
  const config = readConfig(project)
  for (const environment of environmentNames(config)) readEnvironment(project, config, environment)
  return config
}

function readComposeOf(
  project: ProjectFolder,
  config: ResolvedConfig,
  variables: ReadonlyMap<string, string>,
): ComposeReading {
  return readCompose({
    files: config.composeFiles.map((path) => ({ path, text: textOf(project, path) })),
    variables,
    envFile: (path) => project.text(path),
    otherFile: (path) => project.text(path),
    projectName: composeProjectOf(config),
    projectFolder: config.host.folder,
    profiles: config.profiles,
  })
}

/** Settings in which every other name stands for a secret of that name. */
class SecretsUnknown extends Map<string, string> {
  override get(name: string): string {
    return super.get(name) ?? secretPlaceholder(name)
  }
}

function textOf(project: ProjectFolder, path: string): string {
  const text = project.text(path)
  if (text !== null) return text
  throw new TowpathError({
    code: 'PROJECT_FILE_MISSING',
    kind: 'usage',
    message: `${configPath} names ${path}, and there is no such file.`,
    hint: `Nothing was changed. Create ${path}, or mend ${configPath}.`,
    detail: { path },
  })
}

/** One error for a file that cannot be read, with every problem of it. */
function configInvalid(problems: readonly Problem[]): TowpathError {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const place = first === undefined ? configPath : `${first.file}:${first.line}:${first.col}`
  return new TowpathError({
    code: 'CONFIG_INVALID',
    kind: 'usage',
    message: `${place}: ${first?.message ?? 'it cannot be used'}${more}.`,
    hint: 'Nothing was changed. See every problem with its line: towpath check',
    detail: { problems },
  })
}
