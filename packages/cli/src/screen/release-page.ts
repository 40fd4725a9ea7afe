import type { DeploymentSummary, ReleaseAnswer } from '../connection/shapes.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { tableLines } from './table.ts'
import { ago } from './time.ts'
import { outcomeSigns, signSpan } from './words.ts'

interface Look {
  now: Date
  columns: number | null
}

/** Releases as a table, newest first. */
export function releasesPage(releases: readonly ReleaseAnswer[], { now, columns }: Look): Line[] {
  if (releases.length === 0) return [line('No release yet. Create one: towpath release create VERSION')]
  const rows = releases.map(({ version, schema, author, createdAt, builds }) => [
    span('strong', version),
    span(null, ago(createdAt, now)),
    span(null, author),
    span(null, schema),
    span('quiet', builds.map(({ service }) => service).join(', ')),
  ])
  return tableLines({ head: ['release', 'created', 'by', 'schema', 'services'], rows }, columns)
}

/** What a release is made of. */
export const releaseLines = ({ builds, schema, snapshot }: ReleaseAnswer): Line[] => [
  ...builds.map(({ service, repository, digest, tag, commit }) =>
    line(
      span('quiet', `  ${service.padEnd(Math.max(...builds.map((build) => build.service.length)))}  `),
      `${repository}${tag === null ? '' : `:${tag}`}`,
      span('quiet', `  ${digest.slice(0, 19)}${commit === null ? '' : `  commit ${commit.slice(0, 12)}`}`),
    ),
  ),
  line(span('quiet', '  schema '), schema, span('quiet', `  files ${snapshot.slice(0, 12)}`)),
]

/** A release and where it has been, newest first. */
export function releasePage(
  release: ReleaseAnswer,
  deployments: readonly DeploymentSummary[],
  look: Look,
): Line[] {
  const rows = deployments.map(({ requestedAt, environment, kind, outcome, id }) => [
    span(null, ago(requestedAt, look.now)),
    outcome === null ? span('running', '● under way') : signSpan(outcomeSigns[outcome]),
    span('strong', environment),
    span(null, kind),
    span('quiet', id),
  ])
  return [
    line(span('strong', release.version), span('quiet', `   by ${release.author} at ${release.createdAt}`)),
    ...releaseLines(release),
    blank,
    ...(rows.length === 0
      ? [line('It was never deployed.')]
      : tableLines({ head: ['when', 'ended', 'environment', 'kind', 'deployment'], rows }, look.columns)),
  ]
}
