import {
  aDeployment,
  aServicePlan,
  anEnvironment,
  eventOf,
  gatesAnswered,
  stepFailed,
  verdictReached,
} from '@towpath/testkit/builder/deployment-builder.ts'
import type { ToldEvent } from '@towpath/testkit/builder/deployment-builder.ts'
import { RollingWorld } from '@towpath/testkit/builder/rolling-world.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaKey, serviceOf } from '../edge/replica.ts'
import type { EnvironmentState, Placement } from '../environment/environment-state.ts'
import { foldEnvironment } from '../environment/fold-environment.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import { admit } from './admission.ts'
import type { Command } from './command.ts'
import { decide } from './decide.ts'
import { stepIdem } from './deployment-state.ts'
import { candidatePlacement } from './seating.ts'
import type { ServiceStrategy } from './strategy/strategy.ts'
import { oldStays } from './strategy/turn.ts'
import { stillServing } from './still-serving.ts'

const now = '2026-01-01T00:01:00.000Z'
const rolling: ServiceStrategy = { type: 'rolling', atLeastMs: 0, atMostMs: 1 }

/** A release, how many replicas of its frontend it runs, and what becomes of its deployment. */
interface Chapter {
  replicas: number
  /** One container may go over by any of these. */
  strategy: ServiceStrategy
  kind: 'deploy' | 'rollback'
  backendFirst: boolean
  /** Asked commands until it turns; none where it goes through. */
  turnsAfter: number | null
  turn: 'fail' | 'abort' | 'bad verdict'
  /** Commands done twice, as after a kill between act and append. */
  twice: boolean
  warmRetires: boolean
  /** The release of an earlier chapter once more, or back to it; null for one of its own. */
  again: number | null
}

const anyChapter: fc.Arbitrary<Chapter> = fc.record({
  replicas: fc.integer({ min: 1, max: 3 }),
  strategy: fc.constantFrom<ServiceStrategy>(
    rolling,
    { type: 'blue-green' },
    { type: 'handoff', cutAfterMs: 0 },
    { type: 'canary', weights: [500], atLeastMs: 0, atMostMs: 1, cohort: false },
  ),
  kind: fc.constantFrom('deploy', 'deploy', 'rollback'),
  backendFirst: fc.boolean(),
  turnsAfter: fc.option(fc.integer({ min: 3, max: 30 })),
  turn: fc.constantFrom('fail', 'abort', 'bad verdict'),
  twice: fc.boolean(),
  warmRetires: fc.boolean(),
  again: fc.option(fc.nat(3)),
})

/** Tells the deployments of a story one after the other on one host, and looks at it after every single change. */
function tell(chapters: Chapter[]): void {
  const world = new RollingWorld()
  let environment: EnvironmentState = anEnvironment({ serviceNumbers: {} })
  for (const [index, chapter] of chapters.entries()) {
    const { replicas, strategy, backendFirst } = chapters[chapter.again ?? index] ?? chapter
    const release = `1.${Math.min(chapter.again ?? index, index)}.0`
    const told = chapter.again !== null && chapter.again < index ? { replicas, strategy, backendFirst } : {}
    environment = tellOne(world, environment, { ...chapter, ...told, release, id: `dep_${index}` })
    expect(containersOf(environment)).toEqual(expect.arrayContaining([...world.running.values()]))
    world.rest(environment)
    expect(servedBy(world, 'frontend')).toEqual(placesOf(environment.live, 'frontend'))
    if (chapter.warmRetires) environment = { ...environment, warm: null }
    world.rest(environment)
  }
}

function tellOne(
  world: RollingWorld,
  before: EnvironmentState,
  chapter: Chapter & { release: string; id: string },
): EnvironmentState {
  const { id } = chapter
  const given = { id, kind: chapter.kind, plan: planOf(chapter) }
  const admission = admit(aDeployment(given), { ...before, queued: [id] }, now)
  if (admission.may !== 'start') throw new Error('it was not admitted')
  const events: ToldEvent[] = [
    { type: 'deployment.started', idem: `${id}/started`, data: { fence: 1, ...admission.facts } },
  ]
  const least = Math.min(chapter.replicas, placesOf(before.live, 'frontend').length)
  let fewest = Number.POSITIVE_INFINITY
  world.onChange = () => {
    fewest = Math.min(fewest, world.serving('frontend').length)
  }
  for (let round = 0; round < 80; round += 1) {
    const state = aDeployment({ ...given, events })
    const decision = decide(state, anEnvironment({ active: id }), now)
    if (decision.next === 'end') {
      expect(fewest, `served at least by as many as before or after: ${least}`).toBeGreaterThanOrEqual(least)
      return finished(before, state, decision.command.outcome)
    }
    if (decision.next !== 'perform') throw new Error(`stuck: ${decision.next}`)
    const { command } = decision
    // On a host without faults everything that has to run does, so that nothing is ever started by mistake.
    const kept = Object.values(stillServing(state)?.services ?? {}).map(({ container }) => container)
    expect([...world.running.values()]).toEqual(expect.arrayContaining(kept))
    world.perform(state, command)
    if (chapter.twice) world.perform(state, command)
    events.push(round === chapter.turnsAfter ? turned(chapter, command, id) : answer(command, id))
  }
  throw new Error('it never ends')
}

function planOf({ replicas, strategy, backendFirst, release }: Chapter & { release: string }) {
  const frontend = Array.from({ length: replicas }, (_, index) =>
    aServicePlan(replicaKey('frontend', index), {
      strategy: replicas > 1 ? rolling : strategy,
      container: { ...aServicePlan('frontend').container, name: `frontend-${release}-` },
      specDigest: release,
    }),
  )
  const backend = aServicePlan('backend', {
    container: { ...aServicePlan('backend').container, name: `backend-${release}-` },
    specDigest: release,
  })
  const services = backendFirst ? [backend, ...frontend] : [...frontend, backend]
  return { release, services, waves: [['backend', 'frontend']], jobs: [] }
}

function turned({ turn }: Chapter, command: Command, id: string): ToldEvent {
  if (turn === 'bad verdict' && (command.do === 'judge-trial' || command.do === 'watch-bake'))
    return ofDeployment(id, command, verdictReached(command.step, 'fail'))
  return turn === 'abort'
    ? { type: 'deployment.abort-requested', idem: `${id}/abort`, data: { reason: '' } }
    : stepFailed(command.step, id)
}

function answer(command: Command, id: string): ToldEvent {
  if (command.do === 'evaluate-gates') return gatesAnswered(true, id)
  if (command.do === 'judge-trial' || command.do === 'watch-bake')
    return ofDeployment(id, command, verdictReached(command.step, 'pass'))
  return ofDeployment(id, command, eventOf(command))
}

const ofDeployment = (id: string, { step }: Command, event: ToldEvent): ToldEvent => ({
  ...event,
  idem: stepIdem(id, step),
})

function finished(
  before: EnvironmentState,
  state: ReturnType<typeof aDeployment>,
  outcome: string,
): EnvironmentState {
  const isLive = outcome === 'live'
  const placement = isLive ? candidatePlacement(state) : null
  const ended = {
    type: 'deployment.finished',
    ...{ seq: 1, at: now, actor: 'towpath', idem: '', environment: 'production' },
    ...{ deployment: state.id, release: state.release },
    data: {
      ...{ kind: state.kind, outcome, bakedMs: 0, reason: '', placement },
      warmUntil: isLive ? now : null,
      warmServices: Object.keys(state.start?.previous?.services ?? {}).filter((key) =>
        oldStays(state.plan, key),
      ),
    },
  } as LedgerEvent
  const retired = state.done['retire-older'] === undefined ? before : { ...before, warm: null }
  return foldEnvironment(
    { ...retired, serviceNumbers: state.start?.serviceNumbers ?? {}, active: state.id },
    ended,
  )
}

const placesOf = (placement: Placement | null, service: string): string[] =>
  Object.entries(placement?.services ?? {})
    .filter(([key]) => serviceOf(key) === service)
    .map(([, { slot }]) => slot)
    .toSorted()

/** Of what is live and what is warm. */
const containersOf = ({ live, warm }: EnvironmentState): string[] =>
  [live, warm].flatMap((placement) =>
    Object.values(placement?.services ?? {}).map(({ container }) => container),
  )

const servedBy = (world: RollingWorld, service: string): string[] => world.serving(service).toSorted()

describe('laws of rolling', () => {
  it('whatever is deployed after whatever, and wherever it turns: nobody shares a slot, nobody is stopped while it serves or left running after, and never fewer serve than before or after', () => {
    fc.assert(fc.property(fc.array(anyChapter, { minLength: 1, maxLength: 6 }), tell), { numRuns: 300 })
  })
})
