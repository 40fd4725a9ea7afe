import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { editYaml } from '@towpath/domain/config/edit-yaml.ts'
import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { StoryRelease } from './stage.ts'
import { cli, createRelease, ship } from './story.ts'
import type { Act, Teller } from './story.ts'

const run = promisify(execFile)

/** Both hold the package that the demo's own advisory speaks of; the second comes with a waiver. */
export const supplyReleases: StoryRelease[] = [
  { version: '1.6.0', schemaLevel: 2 },
  { version: '1.6.1', schemaLevel: 2 },
]

const advisory = 'DEMO-2026-0001'
/** Becomes known once the release is live. */
const later = 'DEMO-2026-0002'
const flawed = { name: 'left-lane', version: '1.4.0', fixed: '1.4.2' }

/** A record in OSV's format about a package that does not exist: nothing real is accused of anything. */
const record = (id: string, now: Date): object => ({
  id,
  modified: now.toISOString(),
  summary: 'made up for this demo: left-lane reads past the end of a lane',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: flawed.name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: flawed.fixed }] }],
    },
  ],
})

const lockfile = (packages: Record<string, string>): string =>
  `${JSON.stringify(
    {
      name: 'refactor',
      lockfileVersion: 3,
      packages: {
        '': { name: 'refactor', version: '1.0.0', dependencies: packages },
        ...Object.fromEntries(
          Object.entries(packages).map(([name, version]) => [
            `node_modules/${name}`,
            { version, resolved: `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz` },
          ]),
        ),
      },
    },
    null,
    2,
  )}\n`

/** The example becomes a repository with a lockfile, its production asks for an audit, and the advisories are brought in. */
export async function layRepository(teller: Teller): Promise<void> {
  const { folder } = teller.stage.project
  const config = join(folder, 'towpath.yaml')
  const gated = editYaml(await readFile(config, 'utf8'), [
    { path: ['environments', 'production', 'gates'], value: { evidence: ['audit'] } },
  ])
  await writeFile(config, gated)
  await writeFile(join(folder, 'package-lock.json'), lockfile({ ws: '8.18.0' }))
  await writeFile(join(folder, '.gitignore'), 'audit.json\n')
  await run('git', ['init', '--quiet'], { cwd: folder })
  await commit(teller, 'first commit')
  await importRecord(teller, advisory)
  await bringAudit(teller)
}

async function importRecord(teller: Teller, id: string): Promise<void> {
  const bundle = join(teller.stage.folder, 'osv')
  await mkdir(bundle, { recursive: true })
  await writeFile(join(bundle, `${id}.json`), JSON.stringify(record(id, new Date())))
  await cli(teller, 'dev', ['advisories', 'import', bundle])
}

/**
 * Nothing is built and nothing deployed: the advisories get newer by one record, and the live release has one finding
 * more, because of the data. Gives the sentence of that event; null where none came in time.
 */
export async function liveStory(teller: Teller): Promise<string | null> {
  await cli(teller, 'dev', ['advisories', 'send'])
  // What is known already is judged first: only then is what comes after it news.
  await liveFinding(teller, advisory)
  await importRecord(teller, later)
  await cli(teller, 'dev', ['advisories', 'send'])
  const seq = await liveFinding(teller, later)
  await cli(teller, 'dev', ['findings', '--live', '-e', 'production'])
  return seq === null ? null : await sentenceAt(teller.stage, seq)
}

const TOLD_WITHIN_MS = 30_000
const LOOK_EACH_MS = 250

/** The event that told of a finding on what is live in production; null where none did in time. */
async function liveFinding({ stage }: Teller, id: string): Promise<number | null> {
  for (let waitedMs = 0; waitedMs < TOLD_WITHIN_MS; waitedMs += LOOK_EACH_MS) {
    const { items } = await stage.server.get<{
      items: { releases: { findings: { id: string; seq: number }[] }[] }[]
    }>('/v1/findings?environment=production&live=true')
    const found = items
      .flatMap(({ releases }) => releases.flatMap(({ findings }) => findings))
      .find((finding) => finding.id === id)
    if (found !== undefined) return found.seq
    await new Promise((resolve) => setTimeout(resolve, LOOK_EACH_MS))
  }
  return null
}

async function sentenceAt(stage: Teller['stage'], seq: number): Promise<string | null> {
  const { items } = await stage.server.get<{ items: LedgerEvent[] }>(
    `/v1/ledger/events?environment=production&after=${seq - 1}&limit=1`,
  )
  const [event] = items
  return event?.type === 'findings.changed' && event.data.cause === 'data'
    ? `#${event.seq} ${describeEvent(event)}`
    : null
}

/** A package with a known flaw stops at the gate; waived for a while, with a reason, it goes over, and the ledger says so. */
export async function auditStory(teller: Teller): Promise<Act[]> {
  await writeFile(
    join(teller.stage.project.folder, 'package-lock.json'),
    lockfile({ ws: '8.18.0', [flawed.name]: flawed.version }),
  )
  await commit(teller, 'feat: keep to the left')
  await bringAudit(teller)
  await createRelease(teller, '1.6.0')
  const stopped = await ship(teller, '1.6.0')
  await cli(teller, 'dev', [
    ...['waivers', 'add', advisory, '--package', flawed.name, '--owner', 'lead'],
    ...['--reason', 'only reads lanes of our own', '--expires', '14d'],
  ])
  await commit(teller, `chore: ${advisory} waived for two weeks`)
  await bringAudit(teller)
  await createRelease(teller, '1.6.1')
  const waived = await ship(teller, '1.6.1')
  return [stopped.staging, stopped.production, waived.staging, waived.production]
}

/** What the ledger keeps of the waiver: the sentence of the event of the gates. */
export async function waiverInLedger({ stage }: Teller): Promise<string | null> {
  const { items } = await stage.server.get<{ items: { id: string; environment: string; release: string }[] }>(
    '/v1/deployments?limit=20',
  )
  const found = items.find(({ environment, release }) => environment === 'production' && release === '1.6.1')
  if (found === undefined) return null
  const { story } = await stage.server.get<{ story: { seq: number; type: string; says: string }[] }>(
    `/v1/deployments/${found.id}/explain`,
  )
  const asked = story.find(({ type, says }) => type === 'gates.evaluated' && says.includes(advisory))
  return asked === undefined ? null : `#${asked.seq} ${asked.says}`
}

async function bringAudit(teller: Teller): Promise<void> {
  await cli(teller, 'dev', ['audit', '--format', 'json', '-o', 'audit.json'])
  await cli(teller, 'dev', ['evidence', 'add', 'audit.json', '--commit', teller.commit])
}

async function commit(teller: Teller, message: string): Promise<void> {
  const { folder } = teller.stage.project
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com', ...args], { cwd: folder }))
      .stdout
  await git('add', '--all')
  await git('-c', 'commit.gpgSign=false', 'commit', '--quiet', '--no-verify', '--message', message)
  teller.commit = (await git('rev-parse', 'HEAD')).trim()
}
