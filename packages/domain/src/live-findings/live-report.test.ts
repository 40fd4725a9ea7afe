import { describe, expect, it } from 'vitest'
import { decideFindings } from './decide-findings.ts'
import { decideNotices } from './decide-notices.ts'
import type { ReleaseFindings } from './findings-state.ts'
import { foldEnvironmentFindings, foldReleaseFindings } from './findings-state.ts'
import { staleness } from './data-age.ts'
import { liveReport } from './live-report.ts'
import { matchRelease } from './match-release.ts'
import { dueOf, summaryOf } from './response-clock.ts'
import { someData, someInputs, someRelease } from './testing/some-release.ts'
import type { SomeAdvisory } from './testing/some-release.ts'

const now = '2026-03-01T00:00:00.000Z'
const dayMs = 86_400_000
const flawed: SomeAdvisory = { id: 'CVE-2026-1', name: 'rand', fixed: '1.0.1' }

function known(
  release: string,
  given: { packages: Record<string, string>; advisories?: SomeAdvisory[]; exploited?: string[] },
): ReleaseFindings {
  const { packages, advisories = [flawed], exploited = [] } = given
  const matched = matchRelease(someRelease(packages), someData(advisories, exploited))
  const [changes] = decideFindings({
    ...{ before: null, inputs: someInputs(), now, knownSince: {} },
    flaws: { former: null, current: matched.flaws },
  })
  const about = { environment: 'production', release, actor: 'towpath', at: now }
  const changed = changes ?? { cause: 'inventory', appeared: [], rescored: [], resolved: [] }
  const state = foldReleaseFindings(undefined, {
    ...about,
    ...{ type: 'findings.changed', seq: 7, idem: 'a', data: changed },
  })
  const data = { inputs: someInputs(), unknowns: [...matched.unknowns] }
  return foldReleaseFindings(state, { ...about, type: 'findings.matched', seq: 8, idem: 'b', data })
}

const findingsOf = (state: ReleaseFindings) => Object.values(state.findings)

describe('what is known of kept releases', () => {
  it('tells the live one first, since when, until when, and which kept release is free of it', () => {
    const kept = [
      known('1.2.0', { packages: { rand: '1.0.1' } }),
      known('1.1.0', { packages: { rand: '1.0.0' } }),
    ]
    const [live, other] = liveReport(kept, { live: '1.1.0', now, stale: null })
    expect(live).toMatchObject({ release: '1.1.0', isLive: true, verdict: 'counts' })
    expect(live?.findings).toMatchObject([
      { id: 'CVE-2026-1', since: now, isOverdue: false, fixed: '1.0.1', fixedBy: '1.2.0', seq: 7 },
    ])
    expect(other).toMatchObject({ release: '1.2.0', verdict: 'clean' })
    const late = new Date(Date.parse(now) + 8 * dayMs).toISOString()
    expect(liveReport(kept, { live: '1.1.0', now: late, stale: null })[0]?.findings[0]?.isOverdue).toBe(true)
  })

  it('never takes for clean, or for a fix, what could not be judged', () => {
    const free = { ...known('1.2.0', { packages: {} }), unknowns: ['no inventory of the image'] }
    const kept = [free, known('1.1.0', { packages: { rand: '1.0.0' } })]
    const [live, other] = liveReport(kept, { live: '1.1.0', now, stale: null })
    expect(live?.findings[0]?.fixedBy).toBeNull()
    expect(other?.verdict).toBe('unknown')
    const never = { ...free, unknowns: [], inputs: null }
    expect(liveReport([never], { live: '1.2.0', now, stale: null })[0]?.verdict).toBe('unknown')
  })

  it.each([
    ['critical', [], 1],
    ['high', [], 7],
    ['moderate', [], 30],
    ['low', [], 90],
    ['low', ['CVE-2026-1'], 1],
    ['nothing that anybody knows', [], 7],
  ])('is due by how bad it is: %s %s in %i days', (rating, exploited, days) => {
    const state = known('1.0.0', {
      packages: { rand: '1.0.0' },
      advisories: [{ ...flawed, rating }],
      exploited,
    })
    const [finding] = findingsOf(state)
    if (finding === undefined) throw new Error('nothing was found')
    expect(dueOf(finding)).toBe(new Date(Date.parse(now) + days * dayMs).toISOString())
    expect(dueOf({ ...finding, weight: 'waived' })).toBeNull()
    expect(dueOf({ ...finding, kind: 'unmaintained', isExploited: false })).toBeNull()
  })

  it('is unknown where the advisories are too old for the environment, or hold nothing', () => {
    const asked = { now, policy: { dataAgeMaxMs: 2 * dayMs } }
    expect(staleness({ newest: '2026-02-28T00:00:00Z' }, asked)).toBeNull()
    expect(staleness({ newest: null }, asked)).toContain('no record')
    expect(staleness({ newest: '2099-01-01T00:00:00Z' }, asked)).toContain('yet to come')
    const stale = staleness({ newest: '2026-02-20T00:00:00Z' }, asked)
    expect(stale).toContain('at most 2 d')
    const kept = [known('1.0.0', { packages: {} })]
    expect(liveReport(kept, { live: '1.0.0', now, stale })).toMatchObject([
      { verdict: 'unknown', unknowns: [stale] },
    ])
  })

  it('in numbers keeps what passes apart from what counts', () => {
    const findings = findingsOf(known('1.0.0', { packages: { rand: '1.0.0' } }))
    const waived = findings.map((one) => ({ ...one, weight: 'waived' as const }))
    expect(summaryOf('1.0.0', { findings: [...findings, ...waived], unknowns: ['x'] })).toMatchObject({
      ...{ blocking: 1, waived: 1, other: 0, unknowns: 1, since: now },
    })
  })

  it('of a release that is kept no longer nothing is held', () => {
    const state = known('1.0.0', { packages: { rand: '1.0.0' } })
    const data = { live: null, releases: [], dropped: ['1.0.0'] }
    const event = { type: 'findings.counted' as const, seq: 9, at: now, idem: 'c', actor: 'towpath', data }
    const after = foldReleaseFindings(state, { ...event, environment: 'production' })
    expect(after).toMatchObject({ release: '1.0.0', inputs: null, findings: {}, told: {} })
  })
})

describe('who has to be told', () => {
  const bad = findingsOf(known('1.0.0', { packages: { rand: '1.0.0' } }))
  const exploited = findingsOf(known('1.0.0', { packages: { rand: '1.0.0' }, exploited: ['CVE-2026-1'] }))

  const told = (before: typeof bad, after: typeof bad, incidents: typeof open) =>
    decideNotices(before, after, { open: incidents, isKnown: true })
  const open = [{ incident: 'inc_1', key: 'CVE-2026-1 rand', id: 'CVE-2026-1', package: 'rand', at: now }]

  it('of what counts now and did not before, once', () => {
    expect(told([], bad, [])).toMatchObject({ alert: [{ id: 'CVE-2026-1' }], detected: [] })
    expect(told(bad, bad, [])).toMatchObject({ alert: [], detected: [] })
    expect(told(bad, [], [])).toMatchObject({ alert: [], detected: [] })
  })

  it('of an incident where it is known to be exploited, also when only that is news, until it is no more', () => {
    expect(told([], exploited, []).detected).toHaveLength(1)
    expect(told(bad, exploited, [])).toMatchObject({ alert: [], detected: [{ id: 'CVE-2026-1' }] })
    expect(told(exploited, exploited, open)).toEqual({ alert: [], detected: [], resolved: [] })
    expect(told(exploited, bad, open).resolved).toEqual(open)
    expect(told(exploited, [], open).resolved).toEqual(open)
    expect(decideNotices(exploited, [], { open, isKnown: false }).resolved).toEqual([])
  })

  it('of an incident again where what it was about comes back', () => {
    const about = { environment: 'production', release: '1.0.0', actor: 'towpath', at: now }
    const [finding] = told([], exploited, []).detected
    if (finding === undefined) throw new Error('one was detected')
    const detected = { incident: 'inc_1', finding, why: 'it is live' }
    const opened = foldEnvironmentFindings(undefined, {
      ...about,
      ...{ type: 'incident.detected', seq: 1, idem: 'a', data: detected },
    })
    expect(opened.incidents).toEqual(open)
    const data = { incident: 'inc_1', why: 'it is gone' }
    const ended = { ...about, type: 'incident.resolved' as const, seq: 2, idem: 'b', data }
    expect(foldEnvironmentFindings(opened, ended).incidents).toEqual([])
  })
})
