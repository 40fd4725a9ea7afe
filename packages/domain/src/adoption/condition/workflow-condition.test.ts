import { applyPatch } from 'diff'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checksOf, saidBy } from '../testing/team.ts'
import { parseCondition } from './evaluate.ts'

const file = '.github/workflows/ci.yml'
const step = (condition: string, on = 'push', before = ''): Record<string, string> => ({
  [file]: `on: ${on}\njobs:\n  b:\n    runs-on: x\n    steps:\n      - id: build\n        run: make\n${before}      - if: ${condition}\n        run: echo\n`,
})
const never = ['fail .github/workflows/ci.yml:8']

describe('a condition', () => {
  test.each([
    ['false', 'push'],
    ['${{ false }}', 'push'],
    ["github.event_name == 'pull_request'", 'push'],
    ["github.event_name == 'push' && github.event_name == 'release'", '[push, release]'],
    ["github.ref == 'refs/heads/main'", '{push: {branches: [develop]}}'],
    ["github.ref_name == 'main'", '{push: {branches: [develop, staging]}}'],
    ["startsWith(github.ref, 'refs/tags/')", '{push: {branches: [main]}}'],
    ["startsWith(github.ref, 'refs/heads/')", '{push: {tags: ["v*"]}}'],
    ["github.ref == 'refs/heads/main'", 'pull_request'],
    ["github.ref_type == 'branch'", 'release'],
    ['success() && failure()', 'push'],
    ["steps.build.outcome == 'failure'", 'push'],
    ["${{ steps.build.conclusion == 'failure' }}", 'push'],
    ["job.status == 'failure'", 'push'],
    ['inputs.force', 'push'.concat('')],
    ['github.event.inputs.force == true', '{workflow_dispatch: {inputs: {force: {type: boolean}}}}'],
    ["inputs.force == 'true'", '{workflow_dispatch: {inputs: {force: {type: boolean}}}}'],
    ["contains('main', 'release')", 'push'],
    ["endsWith('a-b', 'c')", 'push'],
    ['!always()', 'push'],
  ])('%s can never be true on %s', (condition, on) => {
    const said = saidBy('workflow-condition', step(JSON.stringify(condition), on))
    expect(said).toEqual(condition === 'inputs.force' ? ['pass'] : never)
  })

  test.each([
    ['always()', 'push'],
    ['failure()', 'push'],
    ["always() && steps.build.outcome == 'failure'", 'push'],
    ["failure() && steps.build.outcome == 'failure'", 'push'],
    ["steps.build.outcome == 'success'", 'push'],
    ["steps.build.outputs.changed == 'true'", 'push'],
    ["github.event_name == 'PUSH'", 'push'],
    ["github.ref == 'refs/heads/main'", 'push'],
    ["github.ref == 'refs/heads/main'", '{push: {branches: ["*"]}}'],
    ["github.ref == 'refs/heads/main'", '{push: {branches: [main]}}'],
    ["github.ref == 'refs/heads/main'", '[push, workflow_dispatch]'],
    ["github.event_name == 'release'", '{workflow_call: {}}'],
    ["github.event_name != 'pull_request'", 'push'],
    ["github.repository == 'acme/app'", 'push'],
    ["github.event.inputs.force == 'true'", '{workflow_dispatch: {inputs: {force: {type: boolean}}}}'],
    ['inputs.force', '{workflow_dispatch: {inputs: {force: {type: boolean}}}}'],
    ["vars.DEPLOY == 'yes' || github.event_name == 'release'", 'push'],
    ["fromJSON('true')", 'push'],
    ["github.actor != 'bot' && !cancelled()", 'push'],
    ["startsWith(github.ref, 'refs/heads/release/')", '{push: {branches: ["release/**"]}}'],
    ["env.NAME == 'x'", 'push'],
  ])('%s can be true on %s', (condition, on) => {
    expect(saidBy('workflow-condition', step(JSON.stringify(condition), on))).toEqual(['pass'])
  })

  test('that asks the outcome of a step that may fail can be true', () => {
    const files = step(
      "steps.lint.outcome == 'failure'",
      'push',
      '      - id: lint\n        continue-on-error: true\n        run: x\n',
    )
    expect(saidBy('workflow-condition', files)).toEqual(['pass'])
  })

  test('with text around its braces is always true, and that is told', () => {
    expect(checksOf('workflow-condition', step('"${{ false }} && true"'))[0]?.message).toContain(
      'always true',
    )
  })

  test.each([
    ["secrets.KEY != ''", 'step'],
    ['github.ref = 1', 'step'],
    ['nonsense()', 'step'],
  ])('%s is refused by GitHub, and that is told', (condition) => {
    expect(checksOf('workflow-condition', step(JSON.stringify(condition)))[0]?.message).toContain(
      'GitHub refuses',
    )
  })

  test('of a job is asked by the contexts of a job', () => {
    const files = { [file]: 'on: push\njobs:\n  b:\n    if: env.A == 1\n    runs-on: x\n    steps: []\n' }
    expect(saidBy('workflow-condition', files)).toEqual(['fail .github/workflows/ci.yml:4'])
  })

  test.each([
    ["steps.build.outcome == 'failure'", 'push', "if: always() && steps.build.outcome == 'failure'"],
    [
      'github.event.inputs.force == true',
      '{workflow_dispatch: {inputs: {force: {type: boolean}}}}',
      'if: inputs.force == true',
    ],
    [
      "inputs.force == 'true'",
      '{workflow_dispatch: {inputs: {force: {type: boolean}}}}',
      'if: inputs.force == true',
    ],
  ])('%s is mended, and can be true then', (condition, on, line) => {
    const files = step(condition, on)
    const text = applyPatch(files[file] ?? '', checksOf('workflow-condition', files)[0]?.patch ?? '')
    expect(text).toContain(line)
    expect(saidBy('workflow-condition', { [file]: String(text) })).toEqual(['pass'])
  })

  test('of any text is read or refused, never more', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.constantFrom<'job' | 'step'>('job', 'step'),
        (text, of) => {
          const parsed = parseCondition(text, of)
          expect(typeof parsed.ok).toBe('boolean')
        },
      ),
    )
    for (const deep of ['('.repeat(5000), '!'.repeat(20_000), 'a.'.repeat(10_000)])
      expect(parseCondition(deep, 'step').ok).toBe(false)
  })
})
