import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { runCli } from './cli.ts'
import type { CliAnswer } from './cli.ts'
import { readDeployment } from './deployments.ts'
import type { DeploymentFacts } from './deployments.ts'
import type { Stage, StoryRelease } from './stage.ts'

/** The releases of the story. What is bad about four of them shows in production only, as it does in life. */
export const storyReleases: StoryRelease[] = [
  { version: '1.0.0', schemaLevel: 1 },
  { version: '1.1.0', schemaLevel: 2 },
  { version: '1.2.0', backend: 'never-healthy', schemaLevel: 2 },
  { version: '1.3.0', backend: 'dies-after:1500', schemaLevel: 2 },
  { version: '1.4.0', frontend: 'errors:0.2', schemaLevel: 2 },
  { version: '1.5.0', frontend: 'slow:150', schemaLevel: 2 },
]

/** One line of the table at the end. Counts are what the load client saw while this act was on. */
export interface Act {
  version: string
  environment: string
  what: string
  outcome: string
  timeToLiveMs: number | null
  timeToRollbackMs: number | null
  load: LoadWindow
}

export interface LoadWindow {
  requests: number
  failed: number
  dropped: number
  failedByRelease: Record<string, number>
  /** Event streams and WebSockets that were cut, each of which came back by itself. */
  streamsCut: number
  /** Cuts of the stream that was cut most: one where it was announced, else none. */
  cutsPerStreamMax: number
}

export interface Teller {
  stage: Stage
  say: (line: string) => void
  /** Production traffic; null before anything is live. */
  load: RunningLoad | null
  /** What is checked out in the project's folder. */
  commit: string
}

/** Deploys to staging, lets the second person approve, promotes to production. */
export async function ship(teller: Teller, version: string): Promise<{ staging: Act; production: Act }> {
  const staging = await act(teller, { version, environment: 'staging', what: 'deployed' }, () =>
    cli(teller, 'dev', ['deploy', version, '-e', 'staging', '-y']),
  )
  await cli(teller, 'lead', ['approve', version, '-e', 'production'])
  const production = await act(teller, { version, environment: 'production', what: 'promoted' }, () =>
    cli(teller, 'dev', ['promote', version, '-e', 'production', '-y']),
  )
  return { staging, production }
}

/** Goes back by hand to the release before. */
export const goBack = (teller: Teller, version: string): Promise<Act> =>
  act(teller, { version, environment: 'production', what: 'rolled back to by hand' }, () =>
    cli(teller, 'dev', ['rollback', '-e', 'production', '-y']),
  )

/** Names a release from the images that were pushed. */
export async function createRelease(teller: Teller, version: string): Promise<void> {
  const images = teller.stage.images.get(version)
  if (images === undefined) throw new Error(`no images of ${version}`)
  await cli(teller, 'dev', [
    ...['release', 'create', version, '--schema', 'expand', '--commit', teller.commit],
    ...['--build', `backend=${images.backend}`, '--build', `frontend=${images.frontend}`],
  ])
}

async function act(
  teller: Teller,
  facts: Pick<Act, 'version' | 'environment' | 'what'>,
  run: () => Promise<CliAnswer>,
): Promise<Act> {
  const before = await teller.load?.snapshot()
  await run()
  const after = await teller.load?.snapshot()
  const deployment = await readDeployment(teller.stage.server, facts)
  const load = windowOf(before, after)
  if (deployment.outcome === 'rolled-back') giveToRelease(load, facts.version)
  await sayVerdicts(teller, deployment.id)
  return { ...facts, ...timesOf(deployment), load }
}

/** What the numbers said, in the words of the ledger. */
async function sayVerdicts({ stage, say }: Teller, id: string): Promise<void> {
  const { story } = await stage.server.get<{ story: { seq: number; type: string; says: string }[] }>(
    `/v1/deployments/${id}/explain`,
  )
  for (const { seq, type, says } of story)
    if (type === 'verdict.reached' || type === 'streams.cut') say(`    #${seq} ${says}`)
}

const timesOf = (
  deployment: DeploymentFacts,
): Pick<Act, 'outcome' | 'timeToLiveMs' | 'timeToRollbackMs'> => ({
  outcome: deployment.outcome,
  timeToLiveMs: deployment.kind === 'rollback' ? null : deployment.switchedAfterMs,
  timeToRollbackMs: deployment.kind === 'rollback' ? deployment.switchedAfterMs : deployment.restoredAfterMs,
})

function windowOf(before: LoadReport | undefined, after: LoadReport | undefined): LoadWindow {
  const minus = (key: 'sent' | 'failed' | 'dropped'): number => (after?.[key] ?? 0) - (before?.[key] ?? 0)
  const failedByRelease: Record<string, number> = {}
  for (const [release, tally] of Object.entries(after?.byRelease ?? {})) {
    const count = tally.failed + tally.dropped - lost(before, release)
    if (count > 0) failedByRelease[release] = count
  }
  return {
    ...{ requests: minus('sent'), failed: minus('failed'), dropped: minus('dropped'), failedByRelease },
    ...cutsBetween(before, after),
  }
}

/** Cuts in between, and those of the stream that had most of them. */
function cutsBetween(
  before: LoadReport | undefined,
  after: LoadReport | undefined,
): Pick<LoadWindow, 'streamsCut' | 'cutsPerStreamMax'> {
  const since = before?.takenAtMs ?? 0
  const perStream = new Map<string, number>()
  let streamsCut = 0
  for (const target of after?.streams ?? [])
    for (const { atMs, what, stream } of target.samples)
      if (what !== 'not-opened' && atMs > since) {
        streamsCut += 1
        const key = `${target.url} ${stream}`
        perStream.set(key, (perStream.get(key) ?? 0) + 1)
      }
  return { streamsCut, cutsPerStreamMax: Math.max(0, ...perStream.values()) }
}

/** A process that ends takes what it was working on with it, before any answer could carry its name. */
function giveToRelease({ failedByRelease }: LoadWindow, release: string): void {
  const nameless = failedByRelease['unknown'] ?? 0
  if (nameless === 0) return
  delete failedByRelease['unknown']
  failedByRelease[release] = (failedByRelease[release] ?? 0) + nameless
}

const lost = (report: LoadReport | undefined, release: string): number => {
  const tally = report?.byRelease[release]
  return tally === undefined ? 0 : tally.failed + tally.dropped
}

export async function cli(teller: Teller, as: 'dev' | 'lead', args: string[]): Promise<CliAnswer> {
  teller.say(`\n  ${as}$ towpath ${shown(args)}`)
  const answer = await runCli({ stage: teller.stage, as, args, onLine: (line) => teller.say(`    ${line}`) })
  teller.say(`    exit code ${answer.exitCode}`)
  return answer
}

const shown = (args: string[]): string =>
  args.map((arg) => (arg.includes('@sha256:') ? arg.replace(/(@sha256:.{8}).*/, '$1...') : arg)).join(' ')
