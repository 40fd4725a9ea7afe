import { surveyRepository } from '../../repository/survey.ts'
import type { AdoptionSurvey, Check, DeclaredConfig, DeclaredService } from '../finding.ts'
import { adoptionSurvey, lintAdoption } from '../lint.ts'
import type { Linted } from '../lint.ts'

/** A repository made of texts by path, on a fixed day. */
export function surveyOf(
  files: Record<string, string>,
  config: DeclaredConfig | null = null,
): AdoptionSurvey {
  const survey = surveyRepository({ texts: new Map(Object.entries(files)), left: [] }, null)
  return adoptionSurvey(survey, config, new Date('2026-11-27T12:00:00Z'))
}

export const lintOf = (files: Record<string, string>, config: DeclaredConfig | null = null): Linted =>
  lintAdoption(surveyOf(files, config))

/** What one rule says of a repository: `status file:line`, or `pass`; an empty list where it has nothing to look at. */
export const saidBy = (
  id: string,
  files: Record<string, string>,
  config: DeclaredConfig | null = null,
): string[] =>
  checksOf(id, files, config).map(({ status, file, line }) =>
    file === null ? status : `${status} ${file}:${line}`,
  )

export const checksOf = (
  id: string,
  files: Record<string, string>,
  config: DeclaredConfig | null = null,
): Check[] => lintOf(files, config).checks.filter((check) => check.id === id)

/** `towpath.yaml` as the linter sees it, with these services. */
export const declared = (
  services: Record<string, Partial<DeclaredService>>,
  ceiling: number | null = null,
): DeclaredConfig => ({
  ceiling: ceiling === null ? null : { count: ceiling, line: 9 },
  services: new Map(
    Object.entries(services).map(([name, said]) => [
      name,
      {
        compose: name,
        image: `ghcr.io/acme/${name}`,
        job: false,
        migrates: false,
        connections: null,
        single: false,
        line: 3,
        ...said,
      },
    ]),
  ),
})
