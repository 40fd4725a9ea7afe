/** `npm run check`: every static check of the house, side by side, one line each with its time. */
import { availableParallelism } from 'node:os'

import { runSteps } from './step.ts'
import type { Step, StepResult } from './step.ts'

/** Flip to true when every row of the direction table is built: then an allowed edge nobody uses fails too. */
const directionIsStrict = true

const steps: Step[] = [
  { name: 'types', argv: ['tsc', '--noEmit', '-p', 'tsconfig.json'], fix: 'correct the types named above' },
  {
    name: 'lint',
    argv: ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
    fix: 'npx oxlint --type-aware --fix, then by hand',
  },
  {
    name: 'unused',
    argv: ['knip', '--no-progress', '--no-config-hints'],
    fix: 'remove what nothing uses (npx knip --fix)',
  },
  { name: 'format', argv: ['oxfmt', '--check'], fix: 'npm run format' },
  {
    name: 'direction',
    argv: ['node', 'tools/imports.ts', ...(directionIsStrict ? [] : ['--lenient'])],
    fix: 'see each line above',
  },
  { name: 'pages', argv: ['node', 'tools/reference-pages.ts', '--check'], fix: 'npm run generate' },
  { name: 'sizes', argv: ['node', 'tools/sizes.ts'], fix: 'see each line above' },
]

const say = ({ step, ok, ms }: StepResult) =>
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(10)} ${(ms / 1000).toFixed(1).padStart(5)} s`)

/** Runs all checks, prints every failure with the command that repairs it, and returns the names that failed. */
export const runChecks = async (): Promise<{ passed: number; failed: string[] }> => {
  const results = await runSteps(steps, { width: availableParallelism(), onResult: say })
  const failed = results.filter((result) => !result.ok)
  for (const { step, output } of failed) {
    console.log(`\n--- ${step.name}: ${step.argv.join(' ')}\n${output.trimEnd()}\n    fix: ${step.fix}`)
  }
  return { passed: results.length - failed.length, failed: failed.map(({ step }) => step.name) }
}

if (import.meta.main) {
  const { failed } = await runChecks()
  process.exitCode = failed.length === 0 ? 0 : 1
}
