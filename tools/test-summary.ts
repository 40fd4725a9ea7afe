import { writeFileSync } from 'node:fs'

import type { Reporter } from 'vitest/node'

import { engineLines } from './engines.ts'
import { countTests, summaryLine } from './test-count.ts'

/**
 * Ends a vitest run with the engines it used and one plain line of counts. Under `npm test`, which runs vitest
 * once per part and prints the line itself, the counts go to the file named by TOWPATH_SUMMARY_FILE instead.
 */
export default class TestSummary implements Reporter {
  onTestRunEnd: NonNullable<Reporter['onTestRunEnd']> = (modules, unhandledErrors) => {
    const count = countTests(modules, unhandledErrors.length)
    const file = process.env['TOWPATH_SUMMARY_FILE']
    if (file === undefined) {
      // The default reporter prints its own end after this hook; the last line has to be ours.
      process.once('exit', () => console.log([...engineLines(), summaryLine(count)].join('\n')))
    } else {
      writeFileSync(file, JSON.stringify(count))
    }
  }
}
