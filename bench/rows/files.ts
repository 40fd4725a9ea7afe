import { cp, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cliLauncher, root, run } from '../checkout.ts'
import type { Group, RunOptions } from '../group.ts'
import { interleave, median, timed } from '../measure.ts'
import type { Contender } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { writeAuditScene } from '../scene/audit-files.ts'
import { matchTime } from '../scene/match-time.ts'

const checkLimit = 10
const auditLimit = 4
/** The issue's own number for 1,000 inventories of 600 against everything that RustSec has. */
const matchLimitSeconds = 10
/** The issue's own number for the same inventories once one advisory changed. */
const againLimitSeconds = 0.5
const rounds = 11

/** Files of a real team, where they lie beside the checkout; what the example in it was made after. */
const reference = join(root, '../shared/data/refactor-platform')

/** Commands that read files and ask no server: each whole, over a start of the same Node that does nothing. */
export const files: Group = {
  name: 'commands on files',
  needsNodeOnly: true,
  run: async (options: RunOptions): Promise<Row[]> => {
    const folder = await mkdtemp(join(tmpdir(), 'towpath-bench-'))
    try {
      return [...(await commandRows(folder, options)), ...(await matchRows(options))]
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

async function commandRows(folder: string, { quick, say }: RunOptions): Promise<Row[]> {
  const { lock, archive } = await writeAuditScene(folder)
  const env = { HOME: folder, TOWPATH_HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'cache') }
  const towpath =
    (cwd: string, argv: readonly string[]): Contender =>
    () =>
      timed(() => run([process.execPath, cliLauncher, ...argv], { cwd, env }).catch(isFinding))
  const audit = ['audit', '--lockfile', lock, '--offline', '--fail-on', 'none']
  const contenders = {
    node: () => timed(() => run([process.execPath, '-e', '0'], { env })),
    example: towpath(join(root, 'examples/refactor'), ['check']),
    reference: towpath(await referenceIn(folder, say), ['check']),
    audit: towpath(folder, audit),
    archive: towpath(folder, [...audit, '--advisories', archive]),
  }
  // The first run fills the caches of compiled code and of archives, as the first use of an installation does.
  await interleave(contenders, 1)
  const took = await interleave(contenders, quick ? 3 : rounds)
  const nodeMs = median(took.node)
  const over = (values: readonly number[], limit: number) => ({
    ...{ value: median(values) / nodeMs, unit: 'x', limit },
  })
  return [
    limited('check of the reference files, over a bare start', over(took.reference, checkLimit)),
    limited('check of the example, over a bare start', over(took.example, checkLimit)),
    limited('audit of 600 crates, over a bare start', over(took.audit, auditLimit)),
    limited('audit of 600 crates by an archive, over a bare start', over(took.archive, auditLimit)),
    beside('commands on files: bare start', nodeMs, 'ms'),
    beside('commands on files: check of the reference files', median(took.reference), 'ms'),
    beside('commands on files: audit of 600 crates', median(took.audit), 'ms'),
  ]
}

/** A check that finds something ends with 1, which is no failure to measure. */
function isFinding(thrown: unknown): string {
  if ((thrown as { code?: unknown }).code === 1) return ''
  throw thrown
}

/** A copy that may be written to, without the data that is not a team's; the example where the files are not there. */
async function referenceIn(folder: string, say: RunOptions['say']): Promise<string> {
  const there = existsSync(reference)
  if (!there) say(`${reference} is not there: the example takes its place`)
  const copy = join(folder, 'reference')
  await cp(there ? reference : join(root, 'examples/refactor'), copy, { recursive: true })
  return copy
}

async function matchRows({ quick }: RunOptions): Promise<Row[]> {
  const count = quick ? 100 : 1_000
  const { seconds, one, again, findings } = await matchTime(count)
  return [
    limited(`match of ${count.toLocaleString('en-US')} inventories of 600 against all of RustSec`, {
      value: seconds,
      unit: 's',
      limit: matchLimitSeconds,
    }),
    limited(`match again of ${count.toLocaleString('en-US')} once one advisory changed`, {
      value: again,
      unit: 's',
      limit: againLimitSeconds,
    }),
    beside('match: one inventory more', one * 1_000, 'ms'),
    beside('match: findings', findings, ''),
  ]
}
