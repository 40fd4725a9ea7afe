import { expect, test } from 'vitest'
import type { ObservedAnswer } from '../connection/shapes.ts'
import { renderPage, unpainted } from './line.ts'
import { observedPage, watchReportPage } from './watch-page.ts'

const running = (nth: number, commit: string | null): ObservedAnswer['to'][string] => ({
  image: `r/web@sha256:${String(nth).repeat(64)}`,
  named: `r/web:1.${nth}.0`,
  ...{ commit, version: null, containers: ['shop_web_1'] },
})
const gate = (
  name: string,
  answer: 'pass' | 'fail',
  why: string,
): ObservedAnswer['gates']['results'][number] => ({
  ...{ gate: name, title: name, answer, why, waiver: null, waivers: [] },
  fix: answer === 'fail' ? 'label the image' : null,
})
const passed: ObservedAnswer = {
  ...{ id: 'obs_a', environment: 'production', at: '2026-01-01T11:00:00.000Z', seq: 7, kind: 'deploy' },
  ...{
    release: null,
    services: ['web'],
    from: { web: running(1, null) },
    to: { web: running(2, 'abcdef1') },
  },
  ...{ formedMs: 900, lastSeenAt: '2026-01-01T10:59:58.000Z', would: 'let-through' },
  reasons: ['Healthy after 1.0 s, watched for 60 s, nothing wrong.'],
  gates: { passed: true, facts: 'f'.repeat(64), results: [gate('known-build', 'pass', 'web from abcdef1')] },
  judged: {
    ...{ verdict: 'pass', cause: null, service: null, watchedMs: 60_000, numbers: {}, seq: 8 },
    ...{ why: 'Healthy after 1.0 s, watched for 60 s, nothing wrong.', at: '2026-01-01T11:01:02.000Z' },
  },
}
const blocked: ObservedAnswer = {
  ...passed,
  ...{ id: 'obs_b', at: '2026-01-01T11:30:00.000Z', would: 'blocked', release: '1.3.0', lastSeenAt: null },
  reasons: ['known-build fail: web runs r/web:1.3.0, which names no commit'],
  gates: {
    ...{ passed: false, facts: 'f'.repeat(64) },
    results: [gate('known-build', 'fail', 'web runs r/web:1.3.0, which names no commit')],
  },
}
const now = new Date('2026-01-01T12:00:00.000Z')
const text = (lines: Parameters<typeof renderPage>[0]): string =>
  renderPage(lines, { columns: null, paint: unpainted })

test('the report counts what would have happened and says why, oldest first', () => {
  expect(text(watchReportPage([passed, blocked], { since: '7d', now, columns: null })))
    .toMatchInlineSnapshot(`
      "2 deployments of your own workflow in the last 7d
        would have been: 1 blocked, 1 let through

      when                  where       kind    what         would have been  id     because
      2026-01-01T11:00:00Z  production  deploy  web abcdef1  ✔ let through    obs_a  Healthy after 1.0 s, watched for 60 s, nothing wrong.
      2026-01-01T11:30:00Z  production  deploy  1.3.0        ✖ blocked        obs_b  known-build fail: web runs r/web:1.3.0, which names no commit

        one of them in full: towpath explain ID
      "
    `)
  expect(text(watchReportPage([], { since: '7d', now, columns: null }))).toBe(
    'No deployment was observed in the last 7d.\n',
  )
})

test('one observed deployment is told in full', () => {
  expect(text(observedPage(blocked))).toMatchInlineSnapshot(`
    "1.3.0 on production   deploy by your own workflow, obs_b
      seen       2026-01-01T11:30:00.000Z, #7; nobody looked before since the server started
      web        r/web:1.1.0 (111111111111) -> r/web:1.2.0 (222222222222, commit abcdef1)

    Gates would have refused it   facts ffffffffffff
      ✖ fail            known-build  web runs r/web:1.3.0, which names no commit
                                     -> label the image

    How it fared   2026-01-01T11:01:02.000Z, #8
      pass: Healthy after 1.0 s, watched for 60 s, nothing wrong.

    would have been ✖ blocked  known-build fail: web runs r/web:1.3.0, which names no commit
    "
  `)
})
