import { settledText, textValue, valueOf, variablesIn } from '../../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** Names that people move to the newest build: channels and branches. */
const MOVING =
  /^(?:latest|main|master|develop|development|dev|staging|stage|prod|production|release|stable|edge|nightly|next|canary|current|trunk|head|test)$/i

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
  if (variablesIn(tagOf(image)).some(({ name }) => /SHA|COMMIT|DIGEST|REVISION/.test(name))) return []
  const settled = settledText(image, variables)
  const why = settled === null ? unsettled(image, variables) : movingPart(settled)
  if (why === null) return []
  return [
    {
      ...{ status: settled === null ? 'unknown' : 'fail', ...place },
      message: `image of ${written.name}: ${why}, so nobody can say which build runs, nor go back to it`,
      fix:
        role === 'app' || role === 'migrator' || role === 'job'
          ? 'tag by commit and deploy the digest: docs/how-to/build-once.md'
          : 'name a version, or better its digest',
    },
  ]
}

/** What stands behind the name: from the first colon or at-sign after the last slash outside braces. */
const tagOf = (image: string): string => /[:@]\$\{?\w.*$/.exec(image)?.[0] ?? ''

function unsettled(image: string, variables: ReadonlyMap<string, string>): string | null {
  const missing = variablesIn(image).filter(({ name, fallback }) => fallback === null && !variables.has(name))
  const names = missing.map(({ name }) => name).join(', ')
  return `${image} is whatever ${names} says on the day, and nothing here sets it`
}

function movingPart(image: string): string | null {
  if (image.includes('@')) return null
  const tag = /:([^/:]+)$/.exec(image)?.[1]
  if (tag === undefined) return `${image} has no tag, which means latest`
  return MOVING.test(tag) ? `the tag ${tag} of ${image} moves` : null
}
