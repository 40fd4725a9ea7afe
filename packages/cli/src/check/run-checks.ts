import { certificateFileChecks } from '@towpath/domain/adoption/certificate-files.ts'
import { clockCheck } from '@towpath/domain/adoption/clock.ts'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { adoptionSurvey, lintAdoption } from '@towpath/domain/adoption/lint.ts'
import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import type { TowpathConfig } from '@towpath/domain/config/parse-config.ts'
import { environmentNames, filesOf } from '@towpath/domain/config/resolve-config.ts'
import { mergeSettings, parseSettings } from '@towpath/domain/config/settings.ts'
import type { Problem } from '@towpath/domain/config/problem.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { surveyRepository } from '@towpath/domain/repository/survey.ts'
import type { RepositoryFiles, Survey } from '@towpath/domain/repository/survey.ts'
import { checkProject } from '../project/check-project.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { configPath } from '../project/read-project.ts'
import { lastCommitAt } from '../repository/last-commit.ts'
import { walkRepository } from '../repository/walk-repository.ts'
import { certificateFiles } from './certificate-files.ts'
import { composeFilesIn, declaredConfig } from './declared-config.ts'
import { composeChecks, projectChecks } from './project-checks.ts'

export interface Checked {
  checks: Check[]
  /** Mistakes in the files that a release is made of: they are shown with the line they stand on. */
  problems: Problem[]
  project: ProjectFolder
  environments: string[]
  /** All patches as one. */
  patch: string
  survey: Survey
}

/** Everything that can be told of a folder with no server and no host. Throws NOTHING_TO_CHECK where there is nothing. */
export function runChecks(folder: string, now: Date): Checked {
  const project = new ProjectFolder(folder)
  const files = walkRepository(folder)
  const config = usableConfig(files.texts)
  const survey = surveyWith(project, files, config)
  const hasConfig = files.texts.has(configPath)
  if (!hasConfig && isEmpty(survey)) throw nothingHere(folder)
  const report = hasConfig ? checkProject(project) : { problems: [], warnings: [], environments: [] }
  const linted = lintAdoption(adoptionSurvey(survey, config === null ? null : declaredConfig(config), now))
  const clock = clockCheck(lastCommitAt(folder), now)
  const certificates = certificateFileChecks(certificateFiles(files.texts), now.toISOString())
  const own = hasConfig
    ? projectChecks(report, survey.compose?.files ?? [])
    : [noConfig, ...composeChecks(project, survey)]
  return {
    checks: [...own, ...linted.checks, ...certificates, ...(clock === null ? [] : [clock])],
    ...{ problems: report.problems, environments: report.environments },
    ...{ project, patch: linted.patch, survey },
  }
}

/** A broken `towpath.yaml` is told by `checkProject`; the linter then goes by what the files themselves say. */
function usableConfig(texts: ReadonlyMap<string, string>): TowpathConfig | null {
  const text = texts.get(configPath)
  const parsed = text === undefined ? null : parseConfig({ path: configPath, text })
  return parsed?.ok === true ? parsed.config : null
}

/** Compose takes its .env by itself; Towpath takes what towpath.yaml names, and nothing else. */
function surveyWith(project: ProjectFolder, files: RepositoryFiles, config: TowpathConfig | null): Survey {
  if (config === null) return surveyRepository(files, null)
  return { ...surveyRepository(files, composeFilesIn(config)), variables: settingsOf(project, config) }
}

/** Plain settings of all environments; a file that cannot be used is told by `checkProject`. */
function settingsOf(project: ProjectFolder, config: TowpathConfig): Map<string, string> {
  const paths = [...new Set(environmentNames(config).flatMap((name) => filesOf(config, name).settingsFiles))]
  return mergeSettings(
    paths.flatMap((path) => {
      const text = project.text(path)
      const parsed = text === null ? null : parseSettings({ path, text })
      return parsed?.ok === true ? [parsed.settings] : []
    }),
  )
}

const noConfig: Check = {
  ...{ id: 'config', status: 'warn', file: null, line: null, patch: null },
  message: 'there is no towpath.yaml yet: services, health and strategy are guessed from the other files',
  fix: 'towpath init',
}

const isEmpty = ({ compose, dockerfiles, workflows, nginx }: Survey): boolean =>
  compose === null && dockerfiles.length + workflows.length + nginx.length === 0

const nothingHere = (folder: string): TowpathError =>
  new TowpathError({
    code: 'NOTHING_TO_CHECK',
    kind: 'usage',
    message: `There is no compose file, Dockerfile, workflow or nginx configuration in ${folder}.`,
    hint: 'Nothing was changed. Go to the folder of the compose file, or name it with -C.',
  })
