import {
  aDeployment,
  aPlacement,
  aServicePlan,
  started,
  stepDone,
} from '@towpath/testkit/builder/deployment-builder.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slotNames } from '../edge/slots.ts'
import type { ServiceStrategy } from './strategy/strategy.ts'
import type { WantedEdge } from '../edge/wanted.ts'
import { candidateContainer, candidatesToRemove, edgeAt } from './seating.ts'
import type { ServiceTraffic, Traffic } from './traffic.ts'

type TrafficStage = ServiceTraffic['stage']
const stages: TrafficStage[] = ['before', 'admitted', 'switched', 'restored']
const services = ['backend', 'frontend']

const trafficAt = (stage: TrafficStage, given: Partial<ServiceTraffic> = {}): Traffic =>
  Object.fromEntries(
    services.map((service) => [service, { stage, admitted: stage !== 'before', perMyriad: 0, ...given }]),
  )

const rolesOf = (edge: WantedEdge, service: string): Record<string, string> =>
  Object.fromEntries(
    (edge.services.find((wanted) => wanted.service === service)?.slots ?? [])
      .filter((slot) => slot.role !== 'off')
      .map((slot) => [slot.slot, `${slot.role} ${slot.release}`]),
  )

const warm = { ...aPlacement('0.9.0', 's3'), until: '2026-01-01T00:00:00.000Z', leaving: null }

describe('traffic of a blue-green deployment', () => {
  const state = aDeployment({ events: [started({ warm })] })
  const at = (stage: TrafficStage): Record<string, string> =>
    rolesOf(edgeAt(state, trafficAt(stage), { fence: 1 }), 'backend')

  it('stays on the old release until the switch, with the candidate only probed', () => {
    expect(at('before')).toEqual({ s1: 'live 1.0.0', s3: 'backup 0.9.0' })
    expect(at('admitted')).toEqual({ s1: 'live 1.0.0', s2: 'candidate 1.1.0', s3: 'backup 0.9.0' })
  })

  it('keeps the old release as the edge’s backup after the switch', () => {
    expect(at('switched')).toEqual({ s1: 'backup 1.0.0', s2: 'live 1.1.0', s3: 'draining 0.9.0' })
  })

  it('comes back to the old release with the candidate finishing what it has', () => {
    expect(at('restored')).toEqual({ s1: 'live 1.0.0', s2: 'draining 1.1.0', s3: 'backup 0.9.0' })
  })

  it('forgets a release that was retired on the way', () => {
    const retired = aDeployment({ events: [started({ warm }), stepDone('retire-older')] })
    expect(rolesOf(edgeAt(retired, trafficAt('restored'), { fence: 1 }), 'backend')).not.toHaveProperty('s3')
  })
})

describe('traffic of other strategies', () => {
  const canary: ServiceStrategy = {
    ...{ type: 'canary' as const, weights: [500, 2_500], atLeastMs: 0, atMostMs: 1, cohort: true },
  }
  const planOf = (strategy: ServiceStrategy) => ({ services: [aServicePlan('backend', { strategy })] })

  it('gives a canary its share beside a live release that keeps the rest', () => {
    const state = aDeployment({ plan: planOf(canary), events: [started({ warm })] })
    const edge = edgeAt(state, trafficAt('admitted', { perMyriad: 500 }), { fence: 1 })
    expect(rolesOf(edge, 'backend')).toEqual({ s1: 'live 1.0.0', s2: 'candidate 1.1.0', s3: 'backup 0.9.0' })
    expect(edge.services[0]).toMatchObject({
      trial: { slot: 's2', perMyriad: 500 },
      cohort: true,
      held: false,
    })
  })

  it('holds requests with nobody live, and has nothing of a stopped release after the switch', () => {
    const state = aDeployment({ plan: planOf({ type: 'recreate-hold' }), events: [started()] })
    const held = edgeAt(state, trafficAt('held', { admitted: false }), { fence: 1 })
    expect(held.services[0]).toMatchObject({ held: true, trial: null })
    expect(rolesOf(held, 'backend')).toEqual({ s1: 'draining 1.0.0' })
    expect(rolesOf(edgeAt(state, trafficAt('switched'), { fence: 1 }), 'backend')).toEqual({
      s2: 'live 1.1.0',
    })
  })
})

describe('laws of the edge', () => {
  const anySlots = fc.constantFrom(...slotNames)
  it('has exactly one live release per service at every stage, whatever slots were dealt', () => {
    fc.assert(
      fc.property(anySlots, anySlots, fc.constantFrom(...stages), (old, fresh, stage) => {
        fc.pre(old !== fresh)
        const state = aDeployment({
          events: [
            started({ previous: aPlacement('1.0.0', old), slots: { backend: fresh, frontend: fresh } }),
          ],
        })
        for (const { slots } of edgeAt(state, trafficAt(stage), { fence: 1 }).services)
          expect(slots.filter((slot) => slot.role === 'live')).toHaveLength(1)
      }),
    )
  })

  it('gives every slot the same address at every stage', () => {
    const state = aDeployment({ events: [started({ warm })] })
    const addresses = (stage: TrafficStage): string[] =>
      edgeAt(state, trafficAt(stage), { fence: 1 }).services.flatMap((service) =>
        service.slots.map((slot) => slot.address),
      )
    for (const stage of stages) expect(addresses(stage)).toEqual(addresses('before'))
    expect(new Set(addresses('before')).size).toBe(8)
  })
})

describe('candidates', () => {
  const state = aDeployment({ events: [started()] })

  it('stand at the address that the edge looks for them at', () => {
    const [plan] = state.plan.services
    if (plan === undefined) throw new Error('no service')
    const spec = candidateContainer(state, plan)
    expect(spec.networks).toEqual([{ network: 'slots', aliases: [], offset: 17 }])
    const slot = edgeAt(state, trafficAt('switched'), { fence: 1 }).services[0]?.slots.find(
      (candidate) => candidate.slot === 's2',
    )
    expect(slot?.address).toBe('172.20.0.17')
  })

  it('are removed on the way back', () => {
    expect(Object.keys(candidatesToRemove(state))).toEqual(services)
  })

  it('are never removed where they are what was live before', () => {
    const plan = { services: [aServicePlan('backend', { specDigest: 'd' })] }
    const previous = aPlacement('1.1.0')
    const place = previous.services['backend']
    if (place === undefined) throw new Error('no place')
    previous.services = { backend: { ...place, container: 'backend-d-s1' } }
    const again = aDeployment({ plan, events: [started({ previous, slots: { backend: 's1' } })] })
    expect(candidatesToRemove(again)).toEqual({})
  })
})
