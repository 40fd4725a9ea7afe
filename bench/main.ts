import { prepareMachine } from '@towpath/testkit/setup.ts'
import { parseArgs } from 'node:util'
import { root, run } from './checkout.ts'
import { closeOnInterrupt } from './closing.ts'
import type { Group, RunOptions } from './group.ts'
import { lookAtMachine, worstOf } from './machine-load.ts'
import type { MachineLoad } from './machine-load.ts'
import { measureSafely } from './measure-safely.ts'
import { exitCodeOf, reportOf } from './report.ts'
import type { Report } from './report.ts'
import type { Row } from './row.ts'
import { cliStart } from './rows/cli-start.ts'
import { deployments } from './rows/deployments.ts'
import { edgeSwitch } from './rows/edge-switch.ts'
import { files } from './rows/files.ts'
import { hosts } from './rows/hosts.ts'
import { ledger } from './rows/ledger.ts'
import { lowTraffic } from './rows/low-traffic.ts'
import { scan } from './rows/scan.ts'
import { ssh } from './rows/ssh.ts'
import { renderTable } from './table.ts'

const usual: Record<string, Group> = {
  ...{ cli: cliStart, files, scan, edge: edgeSwitch, hosts },
  ...{ ledger, ssh, deployments },
}
/** `low-traffic` takes long, so it is measured only where it is asked for. */
const groups: Record<string, Group> = { ...usual, 'low-traffic': lowTraffic }

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(usual).join(',') },
  },
})

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

function chosenGroups(): Group[] {
  const names = flags.only.split(',')
  const unknown = names.filter((name) => groups[name] === undefined)
  if (unknown.length > 0)
    throw new Error(
      `--only knows ${Object.keys(groups).join(', ')}, not ${unknown.join(', ')}. Nothing was run.`,
    )
  return names.flatMap((name) => groups[name] ?? [])
}

/** One group after the other; between them nothing of ours runs, so that is when the machine is looked at. */
async function measureAll(chosen: readonly Group[], options: RunOptions): Promise<Report> {
  const rows: Row[] = []
  const looks: MachineLoad[] = [await lookAtMachine()]
  for (const group of chosen) {
    rows.push(...(await measureSafely(group.name, () => group.run(options), say)))
    looks.push(await lookAtMachine())
  }
  return reportOf(rows, worstOf(looks))
}

function print(report: Report): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(report)}\n`)
    return
  }
  const { cores, othersShare, spinRatio } = report.machine
  process.stdout.write(`${renderTable(report.rows)}\n\n`)
  process.stdout.write(
    `${cores} cores; others used up to ${Math.round(othersShare * 100)}% of them, pure computing took ${spinRatio.toFixed(2)}x its CPU time` +
      `${report.loadedMachine ? ': THE MACHINE WAS BUSY, measure again' : ''}\n`,
  )
}

const chosen = chosenGroups()
closeOnInterrupt(say)
if (chosen.some(({ needsNodeOnly }) => needsNodeOnly !== true)) {
  const hasCompose = await run(['docker', 'compose', 'version']).then(
    () => true,
    () => false,
  )
  await prepareMachine({ withCompose: !hasCompose, say })
}
await run([process.execPath, 'tools/build.ts'], { cwd: root })
const report = await measureAll(chosen, { quick: flags.quick, rounds: flags.quick ? 1 : 5, say })
print(report)
process.exitCode = exitCodeOf(report.rows)
