import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatFreezeWindow } from '../config/freeze-window.ts'
import type { FreezeWindow, PolicyConfig } from '../config/resolved-config.ts'
import { evidenceGates, noEvidencePolicy, settled } from '../evidence/evidence-policy.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'
import type { ProvenanceDemand } from '../evidence/provenance-demand.ts'
import { askedPolicy, describePending, effectivePolicy, isAsStrictAs, stricterPolicy } from './policy.ts'
import type { EnvironmentPolicy } from './policy.ts'

const window = (fromDay: number, toDay: number): FreezeWindow => {
  const bare = { fromDay, fromMinute: 0, toDay, toMinute: 60, zone: 'UTC' }
  return { ...bare, text: formatFreezeWindow(bare) }
}

const period = fc.integer({ min: 0, max: 3 })
const places = (...names: string[]) => fc.uniqueArray(fc.constantFrom(...names))
const demand = fc.record<ProvenanceDemand>({
  repositories: places('acme/shop', 'acme/fork'),
  workflows: places('.github/workflows/build.yml', '.github/workflows/other.yml'),
  refs: places('refs/heads/main', 'refs/tags/v*'),
  issuers: places('https://token.actions.githubusercontent.com'),
  maxAgeMs: fc.option(period),
})
const evidence = fc
  .record<EvidencePolicy>({
    gates: fc.uniqueArray(fc.constantFrom(...evidenceGates)),
    severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
    onlyFixable: fc.boolean(),
    graceMs: fc.record({ low: period, medium: period, high: period, critical: period }),
    dataAgeMaxMs: period,
    repositoryWaivers: fc.boolean(),
    provenance: demand,
  })
  .map(settled)

const version = fc.integer({ min: 1, max: 9 })
const asked = fc.record<PolicyConfig>({
  evidence,
  approvals: fc.integer({ min: 0, max: 3 }),
  needs: fc.option(
    fc.record({ environment: fc.constantFrom('qa', 'staging'), bakedMs: fc.integer({ min: 0, max: 3 }) }),
  ),
  freeze: fc.array(
    fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 3, max: 4 })).map(([a, b]) => window(a, b)),
    { maxLength: 3 },
  ),
  hosts: fc.array(fc.constantFrom('unix:///a', 'unix:///b', 'unix:///c'), { maxLength: 3 }),
})

/** Accepted policies may hold several needs: they come about where a commit asks for another one. */
const accepted = fc.tuple(asked, asked, version).map(([one, other, number]) => ({
  ...stricterPolicy(askedPolicy(one), askedPolicy({ ...other, hosts: one.hosts })),
  version: number,
}))

const WEEKEND = window(5, 1)
const ACCEPTED: EnvironmentPolicy = {
  version: 3,
  approvals: 2,
  needs: [{ environment: 'staging', bakedMs: 600_000 }],
  freeze: [WEEKEND],
  hosts: ['unix:///a'],
  evidence: noEvidencePolicy,
}
const ASKED: PolicyConfig = {
  approvals: 2,
  needs: { environment: 'staging', bakedMs: 600_000 },
  freeze: [WEEKEND],
  hosts: ['unix:///a'],
}

test('a file that asks for what was accepted changes nothing', () => {
  expect(effectivePolicy(ACCEPTED, ASKED)).toEqual({ policy: ACCEPTED, pending: [] })
})

test('a commit may tighten its environment at once', () => {
  const tighter = {
    ...ASKED,
    approvals: 3,
    needs: { environment: 'staging', bakedMs: 900_000 },
    freeze: [WEEKEND, window(2, 3)],
  }
  const { policy, pending } = effectivePolicy(ACCEPTED, tighter)
  expect(policy).toMatchObject({ approvals: 3, needs: [{ environment: 'staging', bakedMs: 900_000 }] })
  expect(policy.freeze).toHaveLength(2)
  expect(pending).toEqual([])
})

test('a commit that loosens its own gates changes nothing and shows what waits for an admin', () => {
  const { policy, pending } = effectivePolicy(ACCEPTED, {
    approvals: 0,
    needs: null,
    freeze: [],
    hosts: ['unix:///evil'],
  })
  expect(policy).toMatchObject({ approvals: 2, needs: ACCEPTED.needs, freeze: ACCEPTED.freeze })
  expect(policy.hosts).toEqual([])
  expect(pending).toEqual([
    { what: 'approvals', accepted: '2', asked: '0' },
    { what: 'needs', accepted: 'staging baked 10m', asked: 'staging not needed' },
    { what: 'freeze', accepted: 'Fri 00:00-Mon 01:00 UTC', asked: 'not frozen' },
    { what: 'hosts', accepted: 'unix:///a', asked: 'unix:///evil' },
  ])
})

test('a loosening is told with what is kept and who may let it', () => {
  const { pending } = effectivePolicy(ACCEPTED, { ...ASKED, approvals: 0, needs: null })
  expect(pending.map((change) => describePending(change, { environment: 'production' }))).toEqual([
    'this commit asks for approvals 0; the accepted policy keeps 2 until an admin accepts it: towpath policy accept -e production',
    'this commit asks for needs staging not needed; the accepted policy keeps staging baked 10m until an admin accepts it: towpath policy accept -e production',
  ])
})

test('a commit that needs another environment needs both until an admin drops one', () => {
  const { policy, pending } = effectivePolicy(ACCEPTED, {
    ...ASKED,
    needs: { environment: 'qa', bakedMs: 0 },
  })
  expect(policy.needs.map(({ environment }) => environment)).toEqual(['qa', 'staging'])
  expect(pending).toEqual([{ what: 'needs', accepted: 'staging baked 10m', asked: 'staging not needed' }])
})

test('before the first acceptance the file speaks alone', () => {
  expect(effectivePolicy(null, ASKED)).toEqual({ policy: { ...ACCEPTED, version: 0 }, pending: [] })
})

describe('laws', () => {
  test('what counts is never looser than what was accepted, nor than what is asked', () => {
    fc.assert(
      fc.property(accepted, asked, (before, wanted) => {
        const { policy } = effectivePolicy(before, wanted)
        return isAsStrictAs(policy, before) && isAsStrictAs(policy, askedPolicy(wanted))
      }),
    )
  })

  test('it is the loosest that is as strict as both', () => {
    fc.assert(
      fc.property(accepted, accepted, accepted, (one, other, third) => {
        const isAsStrictAsBoth = isAsStrictAs(third, one) && isAsStrictAs(third, other)
        return isAsStrictAs(third, stricterPolicy(one, other)) === isAsStrictAsBoth
      }),
    )
  })

  test('asking again changes nothing more', () => {
    fc.assert(
      fc.property(accepted, asked, (before, wanted) => {
        const once = effectivePolicy(before, wanted).policy
        expect(effectivePolicy(once, wanted).policy).toEqual(once)
      }),
    )
  })

  test('the order in which two policies are laid over each other makes no difference', () => {
    fc.assert(
      fc.property(accepted, accepted, accepted, (one, other, third) => {
        expect(stricterPolicy(one, other)).toEqual(stricterPolicy(other, one))
        expect(stricterPolicy(stricterPolicy(one, other), third)).toEqual(
          stricterPolicy(one, stricterPolicy(other, third)),
        )
      }),
    )
  })

  test('something is pending exactly where a file asks for less than was accepted', () => {
    fc.assert(
      fc.property(accepted, asked, (before, wanted) => {
        const { pending } = effectivePolicy(before, wanted)
        return (pending.length === 0) === isAsStrictAs(askedPolicy(wanted), before)
      }),
    )
  })
})
