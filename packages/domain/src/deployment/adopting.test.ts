import {
  aDeployment,
  anEnvironment,
  anEvent,
  aPlacement,
  aPlan,
  started,
  stepDone,
  stepFailed,
} from '@towpath/testkit/builder/deployment-builder.ts'
import { describe, expect, it } from 'vitest'
import { foldEnvironment } from '../environment/fold-environment.ts'
import type { PlacedService } from '../environment/environment-state.ts'
import type { AdoptedContainer } from './container.ts'
import { admit } from './admission.ts'
import { candidatePlacement, slotAttachment } from './seating.ts'
import { forwardSteps, reverseSteps } from './way.ts'

const adopted: AdoptedContainer = { id: 'c1', name: 'shop_backend_1', restart: { name: 'always' } }
const services = aPlan().services.map((service) =>
  service.service === 'backend' ? { ...service, adopted } : service,
)
const adopting = (events: Parameters<typeof aDeployment>[0]['events'] = []) =>
  aDeployment({
    kind: 'adopt',
    plan: { services, jobs: [], bakeMs: 0 },
    events: [started({ previous: null, slots: { backend: 's1', frontend: 's1' } }), ...events],
  })

describe('adopting', () => {
  it('asks no gate, runs no job and takes the names last', () => {
    expect(forwardSteps(adopting()).map(({ step }) => step)).toEqual([
      'pull-images',
      'prepare-host',
      'start-candidates:0',
      'admit-candidates:0',
      'await-healthy:0',
      'switch-traffic',
      'take-names',
      'finish',
    ])
  })

  it('waits for no approval, whatever the policy asks, and not for a newer one either', () => {
    const plan = { approvals: 2, services }
    const waiting = aDeployment({ kind: 'adopt', plan })
    const environment = anEnvironment({ queued: [waiting.id, 'dep_2'] })
    expect(admit(waiting, environment, '2026-01-01T00:00:00Z')).toMatchObject({ may: 'start' })
  })

  it('that fails takes out what it brought in, and was refused: nobody came that way yet', () => {
    const begun = ['pull-images', 'prepare-host', 'start-candidates:0', 'admit-candidates:0']
    const failed = adopting([...begun.map((step) => stepDone(step)), stepFailed('await-healthy:0')])
    expect(reverseSteps(failed)).toMatchObject([
      { do: 'remove-candidates' },
      { do: 'finish', outcome: 'refused' },
    ])
  })
})

describe('an adopted container', () => {
  it('that comes back while it was leaving, in another slot, is not stopped with what it left', () => {
    const warm = { ...aPlacement('1.0.0'), until: '', leaving: '2026-01-01T00:00:00Z' }
    warm.services = {
      backend: { ...warm.services['backend'], slot: 's1', container: adopted.name, adopted } as PlacedService,
    }
    const back = (candidates: typeof services) =>
      aDeployment({
        kind: 'rollback',
        plan: { services: candidates, jobs: [] },
        events: [started({ previous: aPlacement('1.1.0'), warm, slots: { backend: 's3', frontend: 's3' } })],
      })
    const stepsOf = (candidates: typeof services) => forwardSteps(back(candidates)).map(({ step }) => step)
    expect(stepsOf(services)).not.toContain('retire-older')
    expect(stepsOf(aPlan().services)).toContain('retire-older')
  })

  it('has its own name in its place, and the address of its slot like any other', () => {
    const state = adopting()
    expect(candidatePlacement(state).services['backend']).toMatchObject({
      ...{ slot: 's1', container: 'shop_backend_1', adopted },
    })
    expect(candidatePlacement(state).services['frontend']?.adopted).toBeUndefined()
    const [backend] = state.plan.services
    expect(backend && slotAttachment(state, backend)).toEqual({ network: 'slots', aliases: [], offset: 16 })
  })
})

describe('an ejection', () => {
  const labels = { actor: 'ann', environment: 'production', release: '1.0.0' }
  const began = anEvent(
    {
      ...labels,
      ...{ type: 'ejection.began', idem: 'x' },
      data: { deployment: 'dep_1', release: '1.0.0', places: [] },
    },
    1,
  )
  const ended = anEvent({ ...labels, type: 'environment.ejected', idem: 'y', data: { done: [] } }, 2)

  it('leaves nothing live from its first event on, and is remembered until its last', () => {
    const before = anEnvironment({ live: aPlacement('1.0.0'), drift: { found: ['x'], at: '' } })
    const between = foldEnvironment(before, began)
    expect(between).toMatchObject({ live: null, warm: null, drift: null, ejecting: { deployment: 'dep_1' } })
    expect(foldEnvironment(between, ended)).toMatchObject({ live: null, subnet: null, ejecting: null })
  })
})
