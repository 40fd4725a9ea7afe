import { expect, test } from 'vitest'

import { runStep, runSteps } from './step.ts'
import type { Step } from './step.ts'

const step = (name: string, script: string): Step => ({ name, argv: ['node', '-e', script], fix: 'none' })

test('a step that exits with zero passes and one that does not fails, with what it printed on both streams', async () => {
  const good = await runStep(step('good', 'console.log("fine")'))
  const bad = await runStep(step('bad', 'console.log("one"); console.error("two"); process.exitCode = 2'))
  expect([good.ok, bad.ok]).toEqual([true, false])
  expect(good.output).toBe('fine\n')
  expect(bad.output.split('\n').toSorted()).toEqual(['', 'one', 'two'])
})

test('a step that never ends is ended at its deadline and has failed', async () => {
  const { ok, output } = await runStep(step('endless', 'setInterval(() => {}, 1000)'), 300)
  expect(ok).toBe(false)
  expect(output).toContain('after 300 ms')
})

test('a program that is missing is a failed step, not a crash', async () => {
  const { ok, output } = await runStep({ name: 'x', argv: ['towpath-no-such-program'], fix: 'none' })
  expect(ok).toBe(false)
  expect(output).toContain('towpath-no-such-program')
})

test('steps side by side keep their order in the result, and each is told once', async () => {
  const told: string[] = []
  const steps = [step('slow', 'setTimeout(() => {}, 200)'), step('quick', '0'), step('last', '0')]
  const results = await runSteps(steps, { width: 2, onResult: (result) => told.push(result.step.name) })
  expect(results.map((result) => result.step.name)).toEqual(['slow', 'quick', 'last'])
  expect(told.toSorted()).toEqual(['last', 'quick', 'slow'])
})

test('a step runs on the pinned Node, whatever the machine has', async () => {
  const { output } = await runStep(step('version', 'console.log(process.version)'))
  expect(output.trim()).toBe(process.version)
})
