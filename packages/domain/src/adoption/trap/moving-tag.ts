import { settledText, textValue, valueOf, variablesIn } from '../../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** Names that people move to the newest build: channels and branches. */
const MOVING =
  /^(?:latest|main|mainline|master|develop|development|dev|staging|stage|prod|production|release|stable|edge|nightly|next|canary|current|trunk|head|test|lts)$/i
/** A part of a tag that names one build: a version of at least two numbers, a commit, a date, a number of a build. */
const ONE_BUILD = /^v?\d+\.\d|^(?=[a-f]*\d)[0-9a-f]{7,64}$|^\d{5,}|^(?:sha|g)[0-9a-f]{7,64}$/i
/** A variable whose value is a commit, by its name: whole words of it, so that SHARED_TAG is none. */
const COMMIT_NAME = /(?:^|_)(?:SHA\d*|COMMIT|DIGEST|REVISION)(?:_|$)/i

/** A tag that moves names no build: the same file gives another program tomorrow, and there is no way back. */
export const movingTag: Trap = {
  id: 'moving-tag',
  passes: 'every image has a tag of its own, or a digest',
  look: (survey) => {
    // What Towpath ships runs by the digest of its release, whatever stands here.
    const pulled = survey.services.filter(
      ({ written, shippedAs }) => shippedAs === null && textValue(written, 'image') !== undefined,
    )
    return pulled.length === 0 ? null : pulled.flatMap((service) => moving(survey, service))
  },
}

function moving({ variables }: AdoptionSurvey, { written, role }: AdoptedService): Finding[] {
  const at = valueOf(written, 'image')
  const image = textValue(written, 'image')
  if (at === undefined || image === undefined) return []
  const place = { file: at.file, line: at.line }
  // A tag that is the commit names one build, whoever sets it.
  if (variablesIn(image).some(({ name, fallback }) => fallback === null && COMMIT_NAME.test(name))) return []
  const settled = settledText(image, variables)
  const why = settled === null ? unsettled(image, variables) : movingPart(settled)
  const isOwn = role === 'app' || role === 'migrator' || role === 'job'
  if (why === null) return []
  return [
    {
      ...{ status: settled === null ? 'unknown' : isOwn || !isMajor(settled) ? 'fail' : 'warn', ...place },
      message: `image of ${written.name}: ${why}, so nobody can say which build runs, nor go back to it`,
      fix: isOwn
        ? 'tag by commit and deploy the digest: docs/how-to/build-once.md'
        : 'name a version, or better its digest',
    },
  ]
}

function unsettled(image: string, variables: ReadonlyMap<string, string>): string | null {
  const missing = variablesIn(image).filter(({ name, fallback }) => fallback === null && !variables.has(name))
  const names = missing.map(({ name }) => name).join(', ')
  return `${image} is whatever ${names} says on the day, and nothing here sets it`
}

/** Of somebody else's image: it moves, but within what its maker keeps compatible. */
const isMajor = (image: string): boolean => /:v?\d{1,4}(?:[-_][^/:@]*)?$/i.test(image)

function movingPart(image: string): string | null {
  if (/@sha256:[0-9a-f]{64}$/i.test(image)) return null
  const tag = /:([^/:]+)$/.exec(image)?.[1]
  if (tag === undefined) return `${image} has no tag, which means latest`
  const why = whyMoves(tag)
  return why === null ? null : `the tag ${tag} of ${image} ${why}`
}

/** Why a tag names another build tomorrow; null where it names one. */
function whyMoves(tag: string): string | null {
  const [first = '', ...rest] = tag.split(/[-_]/)
  const parts = [first, ...rest]
  if (parts.some((part) => ONE_BUILD.test(part))) return null
  if (/^v?\d{1,4}$/i.test(first)) return `is a major version and moves with every build of it`
  const isNamed = parts.some((part) => MOVING.test(part)) || !/\d/.test(tag)
  return isNamed ? 'moves' : null
}
