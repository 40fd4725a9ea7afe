import { finalStages } from '../../repository/dockerfile.ts'
import type { DockerfileStage } from '../../repository/dockerfile.ts'
import { settledText, textValue, valueOf } from '../../repository/written-compose.ts'
import { builtFrom } from '../dockerfile-of.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** An image of another architecture does not start, or starts in an emulator at a tenth of the speed. */
export const architecture: Trap = {
  id: 'architecture',
  passes: 'images are built for the architecture they run on',
  look: (survey) => {
    const told = survey.services.filter(({ written }) => textValue(written, 'platform') !== undefined)
    const fixed = survey.dockerfiles.filter((file) => fixedPlatform(finalStages(file, null)) !== null)
    if (told.length + fixed.length === 0) return null
    return [
      ...told.flatMap((service) => ofService(survey, service)),
      ...unlike(survey),
      ...fixed.flatMap((file) => ofDockerfile(survey, file)),
    ]
  },
}

type Service = AdoptionSurvey['services'][number]

function ofService(survey: AdoptionSurvey, { written }: Service): Finding[] {
  const at = valueOf(written, 'platform')
  const text = textValue(written, 'platform') ?? ''
  if (at === undefined) return []
  const place = { file: at.file, line: at.line }
  const platform = settledText(text, survey.variables)
  if (platform === null)
    return [
      {
        ...{ status: 'unknown', ...place },
        message: `the architecture of ${written.name} is whatever ${text} says on the day, and nothing here sets it: an image for another one does not start`,
        fix: 'leave platform out: the host takes its own from an image built for both (platforms: linux/amd64,linux/arm64)',
      },
    ]
  const built = builtFrom(survey, written)
  const fixed = built === null ? null : fixedPlatform(finalStages(built.dockerfile, built.target))
  if (fixed !== null && archOf(fixed.platform) !== archOf(platform))
    return [
      {
        ...{ status: 'fail', ...place },
        message: `${written.name} is to run on ${platform}, and ${built?.dockerfile.path ?? ''}:${fixed.line} builds it from ${fixed.platform}`,
        fix: 'take --platform out of the last FROM, or say the same in both',
      },
    ]
  return notBuilt(survey, { name: written.name, platform, place })
}

/** A workflow that lists platforms builds those and no others. */
function notBuilt(
  { workflows }: AdoptionSurvey,
  { name, platform, place }: { name: string; platform: string; place: { file: string; line: number } },
): Finding[] {
  const lists = workflows.flatMap(({ path, jobs }) =>
    jobs.flatMap(({ steps }) =>
      steps.flatMap(({ inputs }) => {
        const list = inputs.get('platforms')
        return list === undefined || list.text.includes('${{')
          ? []
          : [{ path, line: list.line, platforms: list.text.split(/[\s,]+/).filter(Boolean) }]
      }),
    ),
  )
  const [first] = lists
  if (
    first === undefined ||
    lists.some(({ platforms }) => platforms.some((built) => archOf(built) === archOf(platform)))
  )
    return []
  return [
    {
      ...{ status: 'fail', ...place },
      message: `${name} is to run on ${platform}, and ${first.path}:${first.line} builds ${first.platforms.join(', ')} only`,
      fix: `add ${platform} to platforms there, or run it on a host of that architecture`,
    },
  ]
}

/** Of services that are built here, some say a platform and some do not. */
function unlike({ services }: AdoptionSurvey): Finding[] {
  const apps = services.filter(
    ({ role, written }) => role === 'app' && textValue(written, 'image') !== undefined,
  )
  const told = services
    .filter(({ written }) => textValue(written, 'platform') !== undefined)
    .map(({ written }) => written.name)
  if (told.length === 0) return []
  return apps
    .filter(({ written }) => written.isWhole && valueOf(written, 'platform') === undefined)
    .map(({ written: { name, file, line } }) => ({
      ...{ status: 'warn', file, line },
      message: `${name} says no platform and ${told.join(', ')} do: on one host they may be of two architectures`,
      fix: 'the same in all, or in none',
    }))
}

function fixedPlatform(chain: readonly DockerfileStage[]): { platform: string; line: number } | null {
  const stage = chain.find(({ platform }) => platform !== null)
  const base = chain.at(-1)
  const prefix = /^(?:docker\.io\/)?(arm64v8|arm32v7|amd64|i386)\//.exec(base?.from ?? '')?.[1]
  if (prefix !== undefined)
    return { platform: `linux/${prefix.startsWith('arm64') ? 'arm64' : prefix}`, line: base?.line ?? 1 }
  return stage === undefined || stage.platform === null || stage.platform.includes('$')
    ? null
    : { platform: stage.platform, line: stage.line }
}

const archOf = (platform: string): string => {
  const arch = platform.split('/')[1] ?? platform
  return { x86_64: 'amd64', aarch64: 'arm64' }[arch] ?? arch
}

function ofDockerfile(survey: AdoptionSurvey, file: AdoptionSurvey['dockerfiles'][number]): Finding[] {
  const fixed = fixedPlatform(finalStages(file, null))
  if (
    fixed === null ||
    survey.services.some(
      ({ written }) =>
        builtFrom(survey, written)?.dockerfile === file && textValue(written, 'platform') !== undefined,
    )
  )
    return []
  return [
    {
      ...{ status: 'warn', file: file.path, line: fixed.line },
      message: `the image is always ${fixed.platform}, whatever it is built for: on a host of another architecture it does not start`,
      fix: 'take --platform out of the last FROM (keep $BUILDPLATFORM for stages that only build)',
    },
  ]
}
