import { cliLauncher, run } from '../checkout.ts'
import type { Group, RunOptions } from '../group.ts'
import { interleave, median, timed } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'

const limit = 3
const rounds = 11

/** `towpath --help` as installed, over a start of the same Node that does nothing. */
export const cliStart: Group = {
  name: 'command line',
  needsNodeOnly: true,
  run: async ({ quick }: RunOptions): Promise<Row[]> => {
    const contenders = {
      node: () => timed(() => run([process.execPath, '-e', '0'])),
      help: () => timed(() => run([process.execPath, cliLauncher, '--help'])),
    }
    // The first start fills the launcher's cache of compiled code, as the first use of an installation does.
    await interleave(contenders, 1)
    const took = await interleave(contenders, quick ? 3 : rounds)
    const [nodeMs, helpMs] = [median(took.node), median(took.help)]
    return [
      limited('towpath --help, over a bare start of its Node', { value: helpMs / nodeMs, unit: 'x', limit }),
      beside('towpath --help: bare start', nodeMs, 'ms'),
      beside('towpath --help: whole', helpMs, 'ms'),
    ]
  },
}
