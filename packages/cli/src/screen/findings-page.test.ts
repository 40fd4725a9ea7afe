import { describe, expect, test } from 'vitest'
import type { EnvironmentAnswer, FindingsAnswer, LiveFindingAnswer } from '../connection/shapes.ts'
import { findingsLine, findingsPage } from './findings-page.ts'
import { renderPage, unpainted } from './line.ts'
import { widthOf } from './text-width.ts'

const now = new Date('2026-03-09T12:00:00.000Z')

const finding: LiveFindingAnswer = {
  ...{ id: 'CVE-2026-1', aliases: [], package: 'left', version: '1.0.0', ecosystem: 'npm' },
  ...{ kind: 'vulnerability', severity: 'high', score: null, fixed: '1.0.1', presence: 'shipped' },
  ...{ isExploited: false, summary: 'bad', services: ['backend'], places: ['app/left'], weight: 'blocks' },
  ...{ waiver: null, since: '2026-03-01T12:00:00.000Z', due: '2026-03-08T12:00:00.000Z', isOverdue: true },
  ...{ fixedBy: '1.1.0', seq: 412 },
}
const waived: LiveFindingAnswer = {
  ...finding,
  ...{ id: 'CVE-2026-2', weight: 'waived' },
  waiver: { owner: 'lead', reason: 'never called', expires: '2026-04-01' },
}
const exploited: LiveFindingAnswer = {
  ...finding,
  ...{ id: 'CVE-2026-3', isExploited: true, fixed: null, fixedBy: null },
  ...{ due: '2026-03-10T12:00:00.000Z', isOverdue: false },
}
const answer: FindingsAnswer = {
  advisories: {
    ...{ digest: 'd', newest: '2026-03-08T00:00:00Z', count: 9, unread: 0, ecosystems: { npm: 9 } },
    ...{ partial: [], source: 'a mirror', importedAt: '2026-03-09T10:00:00.000Z', importedBy: 'ci' },
  },
  items: [
    {
      ...{ environment: 'production', live: '1.2.0', at: '2026-03-09T10:00:00.000Z' },
      incidents: [{ incident: 'inc_1', id: 'CVE-2026-3', package: 'left', at: '2026-03-09T11:00:00.000Z' }],
      releases: [
        {
          ...{ release: '1.2.0', isLive: true, verdict: 'counts', unknowns: ['what worker ships'] },
          findings: [finding, exploited, waived, { ...finding, weight: 'below' }],
        },
        { release: '1.1.0', isLive: false, verdict: 'clean', findings: [], unknowns: [] },
      ],
    },
    { environment: 'preview', live: null, at: null, incidents: [], releases: [] },
  ],
}
const text = (of: FindingsAnswer, columns: number | null = null): string =>
  renderPage(findingsPage(of, { now, columns }), { columns, paint: unpainted })

describe('the page of findings', () => {
  test('tells what counts, since when, until when, what mends it, and its event; what passes and what is unknown apart', () => {
    expect(text(answer))
      .toBe(`✖ incident inc_1  production: CVE-2026-3 in left is known to be exploited, open since 1 h ago
production  1.2.0 ✖ 2 count, 1 overdue
what        severity           in                    since    answer             fixed            event
CVE-2026-1  ✖ high             left 1.0.0 (backend)  8 d ago  ✖ was due 1 d ago  1.0.1, in 1.1.0  #412
CVE-2026-3  ✖ high, exploited  left 1.0.0 (backend)  8 d ago  due in 1 d         no fix           #412
  ▲ waived  CVE-2026-2 in left 1.0.0 by lead until 2026-04-01: never called
  ○ 1 more that do not count under the policy (--json shows them)
  ? unknown what worker ships

production  1.1.0 ✔ nothing known counts  kept to go back to

preview  nothing is live

judged by advisories of 2026-03-08 (npm), brought 2 h ago by ci
`)
  })

  test('says that nothing was judged where the server has no advisories', () => {
    expect(text({ advisories: null, items: answer.items })).toContain('The server has no advisories')
    expect(text({ advisories: null, items: [] })).toContain('Nothing was ever deployed')
  })

  test.each([40, 60, 100])('fits into %i columns', (columns) => {
    for (const one of text(answer, columns).split('\n')) expect(widthOf(one)).toBeLessThanOrEqual(columns)
  })
})

describe('the line of an environment', () => {
  const environment = (findings: Partial<NonNullable<EnvironmentAnswer['findings']>> | null): string => {
    const none = { blocking: 0, waived: 0, other: 0, unknowns: 0, since: null, due: null }
    const state = {
      environment: 'production',
      findings: findings === null ? null : { release: '1.2.0', ...none, ...findings },
    } as EnvironmentAnswer
    return renderPage(findingsLine(state, now), { columns: null, paint: unpainted })
  }

  test('says what counts and until when, what is unknown, and that nothing is known', () => {
    expect(environment({ blocking: 2, waived: 1, since: finding.since, due: finding.due })).toBe(
      '  ✖ production: 2 findings count against 1.2.0, first known 8 d ago, answer was due 1 d ago, 1 waived: towpath findings --live -e production\n',
    )
    expect(environment({ unknowns: 1 })).toBe(
      '  ? production: nothing known counts against 1.2.0; not all could be judged\n',
    )
    expect(environment({})).toBe('  ✔ production: nothing known counts against 1.2.0\n')
    expect(environment(null)).toBe('')
  })
})
