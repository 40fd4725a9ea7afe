import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { followAppCounts } from '@towpath/testkit/app-counts.ts'
import { prepareMachine } from '@towpath/testkit/setup.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { cleanDemos } from './clean.ts'
import { compareCounts } from './counts.ts'
import type { Agreement } from './counts.ts'
import { rememberStage, setStage } from './stage.ts'
import type { Stage } from './stage.ts'
import { createRelease, goBack, ship, storyReleases } from './story.ts'
import type { Act, Teller } from './story.ts'
import { auditStory, layRepository, liveStory, supplyReleases, waiverInLedger } from './supply-chain.ts'
import { oursOf, renderTable } from './table.ts'
import { demoFolder } from './folder.ts'

const requestsPerSecond = 200
const streams = { sse: 6, websocket: 4 } as const

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    exit: { type: 'boolean', default: false },
    clean: { type: 'boolean', default: false },
  },
})

const say = (line: string): void => {
  if (options.json) process.stderr.write(`${line}\n`)
  else process.stdout.write(`${line}\n`)
}

/** What happened, how it was counted, and the sentences that the ledger has of the waiver and of the live finding. */
interface Told {
  acts: Act[]
  counts: Agreement
  waiver: string | null
  live: string | null
}

async function tellStory(stage: Stage): Promise<Told> {
  const teller: Teller = { stage, say, load: null, commit: '' }
  await layRepository(teller)
  for (const { version } of storyReleases) await createRelease(teller, version)
  const acts: Act[] = []
  const first = await ship(teller, '1.0.0')
  acts.push(first.staging, first.production)
  const apps = followAppCounts({ installation: stage.server.installation, environment: 'production' })
  const load = await startTraffic(stage)
  teller.load = load
  try {
    for (const { version } of storyReleases.slice(1)) {
      const { staging, production } = await ship(teller, version)
      acts.push(staging, production)
    }
    acts.push(await goBack(teller, '1.0.0'))
    acts.push(...(await auditStory(teller)))
    const waiver = await waiverInLedger(teller)
    say(`\n  in the ledger: ${waiver ?? 'NOTHING OF THE WAIVER'}`)
    const live = await liveStory(teller)
    say(`\n  in the ledger: ${live ?? 'NOTHING OF WHAT BECAME KNOWN'}`)
    const report = await load.stop()
    await pause(1_500)
    return { acts, counts: await compareCounts(stage, report, apps), waiver, live }
  } finally {
    await load.abandon()
    apps.stop()
  }
}

function startTraffic(stage: Stage): Promise<RunningLoad> {
  const base = `http://127.0.0.1:${stage.project.httpPorts['production'] ?? 0}`
  say(
    `\n  traffic on ${base}: ${requestsPerSecond} requests/s on 32 keep-alive connections, never retried; ${streams.sse} event streams and ${streams.websocket} WebSockets, which come back when they are cut`,
  )
  return startLoad({
    targets: [
      { url: `${base}/api/items`, weight: 1 },
      { url: `${base}/`, weight: 3 },
    ],
    ratePerSecond: requestsPerSecond,
    connections: 32,
    streams: [
      { url: `${base}/api/events`, kind: 'sse', count: streams.sse },
      { url: `${base}/api/socket`, kind: 'websocket', count: streams.websocket },
    ],
  })
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function run(): Promise<number> {
  if (options.clean) return await cleanDemos(say)
  const startedAt = performance.now()
  say('Towpath demo: the main job on this machine, with real engines. Nothing leaves it.')
  await prepareMachine({ say: (line) => say(`  + ${line}`) })
  const folder = options.exit ? await mkdtemp(join(tmpdir(), 'towpath-demo-')) : await demoFolder()
  const stage = await setStage({ folder, releases: [...storyReleases, ...supplyReleases] }, say)
  await rememberStage(folder, stage.server.installation)
  const setupMs = Math.round(performance.now() - startedAt)
  say(`  set up in ${(setupMs / 1000).toFixed(1)} s`)
  let kept = false
  try {
    const { acts, counts, waiver, live } = await tellStory(stage)
    const ok = isAsTold(acts) && counts.agree && waiver !== null && live !== null
    sayResult({ acts, counts, setupMs, ok })
    if (!options.exit) {
      kept = true
      sayAround(stage)
      await untilInterrupted()
    }
    return ok ? 0 : 1
  } finally {
    await stage.close({ removeContainers: !kept || options.exit })
  }
}

/** What the story promises, release by release; anything else is a failed demo. */
const promised: Record<string, string> = {
  'staging 1.0.0 deployed': 'live',
  'production 1.0.0 promoted': 'live',
  'production 1.1.0 promoted': 'live',
  'production 1.2.0 promoted': 'refused',
  'production 1.3.0 promoted': 'rolled-back',
  'production 1.4.0 promoted': 'rolled-back',
  'production 1.5.0 promoted': 'rolled-back',
  'production 1.0.0 rolled back to by hand': 'live',
  'staging 1.6.0 deployed': 'live',
  'production 1.6.0 promoted': 'refused',
  'production 1.6.1 promoted': 'live',
}

function isAsTold(acts: Act[]): boolean {
  const outcomes = new Map(acts.map((act) => [`${act.environment} ${act.version} ${act.what}`, act.outcome]))
  const asPromised = Object.entries(promised).every(([act, outcome]) => outcomes.get(act) === outcome)
  return (
    asPromised &&
    acts.every((act) => oursOf(act).failed === 0 && oursOf(act).dropped === 0 && isCutAsTold(act))
  )
}

/** A handoff cuts each stream once, as its plan said; going back from one cuts them once more. */
function isCutAsTold({ environment, outcome, load }: Act): boolean {
  if (environment !== 'production' || load.requests === 0) return true
  if (outcome === 'live')
    return load.streamsCut === streams.sse + streams.websocket && load.cutsPerStreamMax === 1
  return outcome === 'refused' ? load.streamsCut === 0 : load.cutsPerStreamMax <= 2
}

function sayResult(facts: { acts: Act[]; counts: Agreement; setupMs: number; ok: boolean }): void {
  const { acts, counts, setupMs, ok } = facts
  if (options.json) {
    const releases = acts.map((act) => ({
      version: act.version,
      environment: act.environment,
      outcome: act.outcome,
      timeToLiveMs: act.timeToLiveMs,
      timeToRollbackMs: act.timeToRollbackMs,
      requests: act.load.requests,
      ...oursOf(act),
      failedByRelease: act.load.failedByRelease,
      streamsCut: act.load.streamsCut,
      cutsPerStreamMax: act.load.cutsPerStreamMax,
    }))
    process.stdout.write(`${JSON.stringify({ setupMs, releases, counts, ok })}\n`)
    return
  }
  say(`\n${renderTable(acts)}`)
  say(
    `\n  counted three times: client ${counts.client}, edge ${counts.edge}, apps ${counts.apps}: ${counts.agree ? 'they agree' : 'THEY DO NOT AGREE'}`,
  )
  say(
    ok
      ? '  The story went as told: nothing failed and nothing was dropped by our acts.'
      : '  The story did NOT go as told.',
  )
}

function sayAround(stage: Stage): void {
  say(`\nThe server stays up. Look around, in another terminal:`)
  say(`  cd ${stage.project.folder}`)
  say(
    `  export TOWPATH_SERVER=${stage.server.url} TOWPATH_TOKEN=$(cat ${join(stage.folder, 'state', 'admin-token')})`,
  )
  say(`  npm --prefix ${process.cwd()} run -s towpath -- status`)
  say(`Ctrl-C stops it; npm run demo -- --clean removes everything that is ours.`)
}

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })

process.exitCode = await run()
