import { finalStages } from '../../repository/dockerfile.ts'
import type { Dockerfile, DockerfileStage } from '../../repository/dockerfile.ts'
import { settledText, textValue, valueOf } from '../../repository/written-compose.ts'
import { endingsOf, isKnownFamily, TABLE_DATED } from '../end-of-life.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** Warned of so long before, because a new base needs a release of its own. */
const WARNED_DAYS = 90
const DAY_MS = 24 * 60 * 60 * 1000

/** After its end nobody reports what is wrong with it: scanners fall silent and the image only looks clean. */
export const baseImage: Trap = {
  id: 'base-image',
  passes: 'every base image still gets security fixes',
  look: (survey) => {
    const pulled = survey.services.filter(
      ({ written, role }) =>
        (role === 'proxy' || role === 'database' || role === 'accessory') &&
        textValue(written, 'image') !== undefined,
    )
    if (pulled.length + survey.dockerfiles.length === 0) return null
    return [
      ...survey.dockerfiles.flatMap((file) => ofDockerfile(survey, file)),
      ...pulled.flatMap((service) => ofPulled(survey, service)),
    ]
  },
}

function ofPulled(survey: AdoptionSurvey, { written }: AdoptionSurvey['services'][number]): Finding[] {
  const at = valueOf(written, 'image')
  const image = settledText(textValue(written, 'image') ?? '', survey.variables)
  if (at === undefined || image === null) return []
  const place = { file: at.file, line: at.line }
  if (endingsOf(image).length > 0) return ended(survey, { image, ...place, isShipped: true })
  return [
    {
      ...{ status: 'unknown', ...place },
      message: `how long ${image} of ${written.name} gets security fixes cannot be told: the table of ${TABLE_DATED} here does not know it`,
      fix: `look at what its makers say, then: towpath check --accept base-image:${written.name}`,
    },
  ]
}

function ofDockerfile(survey: AdoptionSurvey, file: Dockerfile): Finding[] {
  const names = new Set(file.stages.flatMap(({ name }) => name?.toLowerCase() ?? []))
  const base = finalStages(file, null).at(-1)
  return file.stages
    .filter(({ from }) => !names.has(from.toLowerCase()) && from.toLowerCase() !== 'scratch')
    .flatMap((stage) => ofStage(survey, file, { stage, isShipped: stage === base }))
}

function ofStage(
  survey: AdoptionSurvey,
  file: Dockerfile,
  { stage, isShipped }: { stage: DockerfileStage; isShipped: boolean },
): Finding[] {
  const place = { file: file.path, line: stage.line }
  const image = settledText(stage.from, file.args)
  const unknown = (why: string): Finding[] =>
    isShipped
      ? [
          {
            ...{ status: 'unknown', ...place },
            message: `when ${stage.from} ends cannot be told: ${why}`,
            fix: 'name a version of a distribution, such as debian:trixie-slim, and its digest',
          },
        ]
      : []
  if (image === null) return unknown('a build argument without a default says what it is')
  const found = ended(survey, { image, ...place, isShipped })
  if (found.length > 0) return found
  if (endingsOf(image).length > 0) return []
  return unknown(
    isKnownFamily(image)
      ? 'its tag names no version that the table here knows'
      : `the table of ${TABLE_DATED} here does not know this image`,
  )
}

function ended(
  { now }: AdoptionSurvey,
  { image, file, line, isShipped }: { image: string; file: string; line: number; isShipped: boolean },
): Finding[] {
  return endingsOf(image).flatMap(({ name, ends }): Finding[] => {
    const left = Math.ceil((Date.parse(ends) + DAY_MS - now.getTime()) / DAY_MS)
    if (left > WARNED_DAYS) return []
    const fix = `take a version that is kept, and its digest (table of ${TABLE_DATED})`
    if (left > 0)
      return [
        {
          status: 'warn',
          file,
          line,
          message: `${name} in ${image} gets its last security fixes on ${ends}, in ${left} days`,
          fix,
        },
      ]
    return [
      {
        ...{ status: isShipped ? 'fail' : 'warn', file, line },
        message: `${name} in ${image} has had no security fixes since ${ends}${isShipped ? '; scanners may call it clean because nobody reports on it any more' : ' (it only builds, and is not shipped)'}`,
        fix,
      },
    ]
  })
}
