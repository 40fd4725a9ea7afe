import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FindingWaiverRule } from '../advisory/waiver.ts'
import { noEvidencePolicy } from '../evidence/evidence-policy.ts'
import { assess } from './assess.ts'
import { applyChanges, decideFindings } from './decide-findings.ts'
import type { FindingChanges } from './decide-findings.ts'
import { findingCauses } from './live-finding.ts'
import type { FindingCause, LiveFinding, MatchInputs } from './live-finding.ts'
import { changedPackages, matchRelease, rematchRelease } from './match-release.ts'
import { linesOf, someData, someInputs, someRelease } from './testing/some-release.ts'
import type { SomeAdvisory } from './testing/some-release.ts'

const now = '2026-03-01T00:00:00.000Z'
const later = '2026-03-09T00:00:00.000Z'

interface World {
  engine: string
  advisories: readonly SomeAdvisory[]
  exploited: readonly string[]
  packages: Readonly<Record<string, string>>
  waived: readonly string[]
  severity: 'low' | 'high'
}

const someWorld: World = {
  engine: '1',
  advisories: [],
  exploited: [],
  packages: { rand: '1.0.0', time: '1.0.0' },
  waived: [],
  severity: 'high',
}

const ruleFor = (advisory: string): FindingWaiverRule => ({
  ...{ advisory, package: null, file: null, owner: 'lead', reason: 'never called', status: 'affected' },
  ...{ expires: '2026-04-01', line: 0 },
})

const inputsOf = ({ engine, advisories, exploited, packages, waived, severity }: World): MatchInputs =>
  someInputs({
    engine,
    data: JSON.stringify([advisories, exploited]),
    inventory: JSON.stringify(packages),
    waivers: waived.map(ruleFor),
    policy: { ...noEvidencePolicy, severity },
  })

const flawsOf = (data: Pick<World, 'advisories' | 'exploited'>, { packages }: Pick<World, 'packages'>) =>
  matchRelease(someRelease(packages), someData(data.advisories, data.exploited)).flaws

type Known = Record<string, LiveFinding>

function changesFrom(before: World | null, after: World, known: Known): FindingChanges[] {
  return decideFindings({
    before: before === null ? null : { inputs: inputsOf(before), findings: known },
    inputs: inputsOf(after),
    flaws: { former: before === null ? null : flawsOf(after, before), current: flawsOf(after, after) },
    now: later,
    knownSince: {},
  })
}

const fold = (known: Known, changes: readonly FindingChanges[]): Known =>
  changes.reduce<Known>((state, change) => applyChanges(state, change), known)

/** What is known of a release that was never looked at before. */
const freshOf = (world: World): Known =>
  fold(
    {},
    decideFindings({
      ...{ before: null, inputs: inputsOf(world), now, knownSince: {} },
      flaws: { former: null, current: flawsOf(world, world) },
    }),
  )

/** Everything but the times. */
const contentOf = (known: Known): object =>
  Object.fromEntries(
    Object.entries(known)
      .map(([key, { since: _since, clockFrom: _clock, ...content }]) => [key, content] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

const names = ['rand', 'time', 'smol'] as const
const advisory = fc.record({
  id: fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'),
  name: fc.constantFrom(...names),
  fixed: fc.constantFrom('1.0.1', '2.0.0'),
  rating: fc.constantFrom('low', 'high', 'critical'),
})
const world: fc.Arbitrary<World> = fc.record({
  engine: fc.constantFrom('1', '2'),
  advisories: fc.uniqueArray(advisory, { maxLength: 3, selector: ({ id }) => id }),
  exploited: fc.subarray(['CVE-2026-1', 'CVE-2026-2']),
  packages: fc
    .subarray([...names])
    .chain((own) =>
      fc.record(Object.fromEntries(own.map((name) => [name, fc.constantFrom('1.0.0', '1.5.0')]))),
    ),
  waived: fc.subarray(['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3']),
  severity: fc.constantFrom('low', 'high'),
})

describe('what became otherwise', () => {
  it('folds to what a fresh look at the last state finds, whatever changed on the way', () => {
    fc.assert(
      fc.property(fc.array(world, { minLength: 1, maxLength: 4 }), (worlds) => {
        let known: Known = {}
        let before: World | null = null
        for (const after of worlds) {
          known = fold(known, changesFrom(before, after, known))
          before = after
          expect(contentOf(known)).toEqual(contentOf(freshOf(after)))
        }
      }),
    )
  })

  it('is nothing where nothing changed, and the same each time it is asked', () => {
    fc.assert(
      fc.property(world, world, (before, after) => {
        const known = freshOf(before)
        expect(changesFrom(before, before, known)).toEqual([])
        expect(changesFrom(before, after, known)).toEqual(changesFrom(before, after, known))
      }),
    )
  })

  it('has each cause at most once, in their order, and none whose input stayed', () => {
    fc.assert(
      fc.property(world, world, (before, after) => {
        const causes = changesFrom(before, after, freshOf(before)).map(({ cause }) => cause)
        const [old, next] = [inputsOf(before), inputsOf(after)]
        const isNewEngine = old.engine !== next.engine
        const may: Record<FindingCause, boolean> = {
          engine: isNewEngine,
          data: !isNewEngine && old.data !== next.data,
          inventory: old.inventory !== next.inventory,
          waiver: before.waived.join() !== after.waived.join(),
          policy: before.severity !== after.severity,
        }
        expect(causes).toEqual(findingCauses.filter((cause) => may[cause] && causes.includes(cause)))
      }),
    )
  })

  const flawed: SomeAdvisory = { id: 'CVE-2026-1', name: 'rand', fixed: '1.0.1' }
  it.each<{ cause: FindingCause; from: Partial<World>; to: Partial<World>; expected: object }>([
    {
      cause: 'data',
      from: {},
      to: { advisories: [flawed] },
      expected: { appeared: [{ id: 'CVE-2026-1', weight: 'blocks' }] },
    },
    {
      cause: 'data',
      from: { advisories: [flawed] },
      to: {},
      expected: { resolved: [expect.stringContaining('CVE-2026-1')] },
    },
    {
      cause: 'data',
      from: { advisories: [flawed] },
      to: { advisories: [{ ...flawed, rating: 'low' }] },
      expected: { rescored: [{ severity: 'low', weight: 'below' }] },
    },
    {
      cause: 'inventory',
      from: { advisories: [flawed] },
      to: { advisories: [flawed], packages: { rand: '1.0.1' } },
      expected: { resolved: [expect.stringContaining('CVE-2026-1')] },
    },
    {
      cause: 'waiver',
      from: { advisories: [flawed] },
      to: { advisories: [flawed], waived: ['CVE-2026-1'] },
      expected: { rescored: [{ weight: 'waived', waiver: { owner: 'lead' } }] },
    },
    {
      cause: 'policy',
      from: { advisories: [{ ...flawed, rating: 'low' }] },
      to: { advisories: [{ ...flawed, rating: 'low' }], severity: 'low' },
      expected: { rescored: [{ weight: 'blocks' }] },
    },
  ])('by $cause is told as that: $from, $to', ({ cause, from, to, expected }) => {
    const before = { ...someWorld, ...from }
    const changes = changesFrom(before, { ...someWorld, ...to }, freshOf(before))
    expect(changes).toHaveLength(1)
    expect(changes[0]).toMatchObject({ cause, ...expected })
  })

  it('of a flaw that becomes worse starts its clock anew, and that it is known since stays', () => {
    const before = { ...someWorld, advisories: [{ ...flawed, rating: 'low' }] }
    const [change] = changesFrom(before, { ...someWorld, advisories: [flawed] }, freshOf(before))
    expect(change?.rescored[0]).toMatchObject({ since: now, clockFrom: later })
  })

  it('of a release that comes with what another kept one has is known since then', () => {
    const [change] = decideFindings({
      ...{ before: null, inputs: inputsOf(someWorld), now: later },
      flaws: { former: null, current: flawsOf({ advisories: [flawed], exploited: [] }, someWorld) },
      knownSince: { 'CVE-2026-1 rand': now },
    })
    expect(change).toMatchObject({ cause: 'inventory', appeared: [{ since: now, clockFrom: now }] })
  })

  it('passes by no waiver of a file where it is exploited, and by one that an admin laid over the gate', () => {
    const flaw = [...flawsOf({ advisories: [flawed], exploited: ['CVE-2026-1'] }, someWorld).values()][0]
    if (flaw === undefined) throw new Error('nothing was found')
    const waivers = [ruleFor('CVE-2026-1')]
    expect(assess(flaw, someInputs({ waivers })).weight).toBe('blocks')
    const gate = { gate: 'image-scan', owner: 'ops', reason: 'fix is under way', release: null }
    const gateWaivers = [{ ...gate, expiresAt: '2026-03-02T00:00:00Z' }]
    expect(assess(flaw, someInputs({ waivers, gateWaivers }))).toMatchObject({
      weight: 'waived',
      waiver: { owner: 'ops' },
    })
    const other = gateWaivers.map((one) => ({ ...one, gate: 'audit' }))
    expect(assess(flaw, someInputs({ gateWaivers: other })).weight).toBe('blocks')
  })
})

describe('OpenVEX of who may waive', () => {
  const flaws = flawsOf(
    { advisories: [{ id: 'CVE-2026-1', name: 'rand', fixed: '1.0.1' }], exploited: [] },
    someWorld,
  )
  const [flaw] = flaws.values()
  if (flaw === undefined) throw new Error('nothing was found')
  const vexOf = (status: 'not_affected' | 'affected', services: string[]) => ({
    ...{ services, where: 'image' as const },
    document: {
      ...{ id: 'ev_9', recordedBy: 'lead', recordedAt: now, mayWaive: true },
      statements: [{ names: ['CVE-2026-1'], status, reason: 'never called', packages: null }],
    },
  })

  it('lets pass what it was brought for, as at the gate, and nothing else', () => {
    expect(assess(flaw, someInputs({ vex: [vexOf('not_affected', ['backend'])] }))).toMatchObject({
      weight: 'waived',
      waiver: { owner: 'lead' },
    })
    expect(assess(flaw, someInputs({ vex: [vexOf('not_affected', ['worker'])] })).weight).toBe('blocks')
    expect(assess(flaw, someInputs({ vex: [vexOf('affected', ['backend'])] })).weight).toBe('blocks')
  })
})

describe('matching again only what changed', () => {
  it('finds what matching all of it finds', () => {
    fc.assert(
      fc.property(world, world, ({ advisories: old, packages }, { advisories }) => {
        const inventory = someRelease(packages)
        const changed = changedPackages(linesOf(old), linesOf(advisories))
        if (changed === null) throw new Error('both cover crates.io')
        const before = matchRelease(inventory, someData(old))
        const data = someData(advisories)
        expect(rematchRelease(inventory, data, { before, changed })).toEqual(matchRelease(inventory, data))
      }),
    )
  })

  it('sees every line that is in one alone, sorted or not', () => {
    const line = fc.constantFrom('a\t1', 'a\t2', 'b\t1', 'c\t1')
    fc.assert(
      fc.property(fc.uniqueArray(line), fc.uniqueArray(line), (old, fresh) => {
        const seen = (before: string[], after: string[]): string[] => [
          ...(changedPackages(new Map([['npm', before]]), new Map([['npm', after]])) ?? []),
        ]
        const differing = [...new Set(old).symmetricDifference(new Set(fresh))].map(
          (text) => `npm\n${text.split('\t')[0] ?? ''}`,
        )
        expect(seen(old, fresh)).toEqual(expect.arrayContaining(differing))
        expect(seen(old.toSorted(), fresh.toSorted()).toSorted()).toEqual([...new Set(differing)].toSorted())
      }),
    )
  })

  it('is not believed where something was unknown', () => {
    const inventory = { ...someRelease({ rand: '1.0.0' }), unknowns: ['no inventory of the image'] }
    const before = matchRelease(inventory, someData([]))
    expect(rematchRelease(inventory, someData([]), { before, changed: new Set() })).toBeNull()
  })

  it('tells of ecosystems that nothing covers, and is not believed there', () => {
    const uncovered = { ...someData([]), ecosystems: {} }
    expect(matchRelease(someRelease({ rand: '1.0.0' }), uncovered).unknowns).toEqual([
      expect.stringContaining('crates.io is not covered'),
    ])
    const before = matchRelease(someRelease({ rand: '1.0.0' }), someData([]))
    const release = someRelease({ rand: '1.0.0' })
    expect(rematchRelease(release, uncovered, { before, changed: new Set() })).toBeNull()
  })
})
