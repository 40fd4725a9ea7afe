/**
 * `npm test`: sets the machine up, runs the checks, the fast tests and the system tests, and ends with one line.
 * `node tools/test.ts fast|system [vitest arguments]` runs one part; `--all` (TOWPATH_ALL=1) every crash point.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runChecks } from './check.ts'
import { engineLines } from './engines.ts'
import { root, toolEnv } from './step.ts'
import { addCounts, summaryLine } from './test-count.ts'
import type { TestCount } from './test-count.ts'

type Part = 'setup' | 'check' | 'fast' | 'system'

const minutes = 60_000
const argv = process.argv.slice(2)
if (argv[0] === '--all') process.env['TOWPATH_ALL'] = '1'
const runsAll = process.env['TOWPATH_ALL'] === '1'
const deadlineMs = { setup: 10 * minutes, fast: 5 * minutes, system: (runsAll ? 360 : 45) * minutes }
const failedOnce: TestCount = { passed: 0, failed: 1, skipped: [] }
const none: TestCount = { passed: 0, failed: 0, skipped: [] }

const runNode = (args: string[], { timeout, env = {} }: { timeout: number; env?: NodeJS.ProcessEnv }) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...toolEnv(), ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout,
    })
    child.once('error', () => resolve(false))
    child.once('exit', (code, signal) => {
      if (signal !== null) console.log(`ended by ${signal}, ${timeout / minutes} minutes at most`)
      resolve(code === 0)
    })
  })

const setUp = async (): Promise<TestCount> => {
  const script = 'packages/testkit/src/setup.ts'
  if (!existsSync(join(root, script))) return none
  return (await runNode([script], { timeout: deadlineMs.setup })) ? none : failedOnce
}

const check = async (): Promise<TestCount> => {
  const { passed, failed } = await runChecks()
  return { passed, failed: failed.length, skipped: [] }
}

const runTests = async (project: 'fast' | 'system', args: string[]): Promise<TestCount> => {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-test-'))
  const file = join(folder, 'count.json')
  const ok = await runNode(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--passWithNoTests',
      '--project',
      project === 'system' ? 'system*' : project,
      ...args,
    ],
    { timeout: deadlineMs[project], env: { TOWPATH_SUMMARY_FILE: file } },
  )
  // The file is written by our own reporter; without it vitest itself broke down.
  const count = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestCount) : failedOnce
  rmSync(folder, { recursive: true })
  return ok || count.failed > 0 ? count : { ...count, failed: 1 }
}

const [only, ...vitestArgs] = argv
const chosen: Part[] =
  only === 'fast' ? ['fast'] : only === 'system' ? ['setup', 'system'] : ['setup', 'check', 'fast', 'system']
const acts: Record<Part, () => Promise<TestCount>> = {
  setup: setUp,
  check,
  fast: () => runTests('fast', vitestArgs),
  system: () => runTests('system', vitestArgs),
}

const counts: TestCount[] = []
const lines: string[] = []
for (const part of chosen) {
  console.log(`\n=== ${part}`)
  const startedAt = performance.now()
  const count = await acts[part]()
  counts.push(count)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)
  lines.push(`  ${part.padEnd(8)} ${seconds} s   ${part === 'setup' ? '' : summaryLine(count)}`.trimEnd())
}
const total = addCounts(counts)
const skipped = total.skipped.map((name) => `  skipped: ${name}`)
console.log(['', ...lines, ...skipped, ...engineLines(), summaryLine(total)].join('\n'))
process.exitCode = total.failed === 0 ? 0 : 1
