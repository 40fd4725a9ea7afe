import {
  aDeploymentRequest,
  aPlacement,
  anEnvironment,
  anEvent,
} from '@towpath/testkit/builder/deployment-builder.ts'
import { describe, expect, it } from 'vitest'
import { chooseRollbackTarget } from '../deployment/rollback.ts'
import type { EnvironmentState, Outcome, DeploymentKind } from './environment-state.ts'
import { foldEnvironment } from './fold-environment.ts'
import { expiredDeployments, keptDeployments } from './retention.ts'

let seq = 0
const finish = (
  state: EnvironmentState,
  release: string,
  given: { outcome?: Outcome; kind?: DeploymentKind; slot?: string } = {},
): EnvironmentState => {
  seq += 1
  const outcome = given.outcome ?? 'live'
  return foldEnvironment(
    state,
    anEvent(
      {
        type: 'deployment.finished',
        actor: 'towpath',
        idem: `f${seq}`,
        environment: 'production',
        deployment: `dep_${seq}`,
        release,
        data: {
          kind: given.kind ?? 'deploy',
          outcome,
          reason: '',
          bakedMs: 0,
          placement: outcome === 'live' ? aPlacement(release, given.slot ?? 's1') : null,
          warmUntil: '2026-01-02T00:00:00.000Z',
        },
      },
      seq,
    ),
  )
}

describe('an environment', () => {
  it('has the finished release live and the one before warm', () => {
    const state = finish(finish(anEnvironment(), '1.0.0'), '1.1.0', { slot: 's2' })
    expect(state.live?.release).toBe('1.1.0')
    expect(state.warm).toMatchObject({ release: '1.0.0', until: '2026-01-02T00:00:00.000Z' })
  })

  it.each(['refused', 'rolled-back', 'aborted', 'superseded', 'failed'] as const)(
    'keeps what is live when a deployment ends %s',
    (outcome) => {
      const before = finish(anEnvironment(), '1.0.0')
      const after = finish({ ...before, active: `dep_${seq + 1}` }, '1.1.0', { outcome })
      expect(after.live?.release).toBe('1.0.0')
      expect(after.active).toBeNull()
    },
  )

  it('does not keep itself warm when the same release is deployed again', () => {
    const state = finish(finish(anEnvironment(), '1.0.0'), '1.0.0')
    expect(state.warm).toBeNull()
  })

  it('puts a rollback before everything that waits', () => {
    const request = (state: EnvironmentState, id: string, kind: DeploymentKind): EnvironmentState => {
      seq += 1
      const event = aDeploymentRequest(id, kind)
      return foldEnvironment(state, anEvent(event, seq))
    }
    const waiting = request(request(anEnvironment(), 'dep_a', 'deploy'), 'dep_b', 'rollback')
    expect(waiting.queued).toEqual(['dep_b', 'dep_a'])
  })

  it('keeps the way back however many refusals came since', () => {
    let state = finish(anEnvironment(), '1.0.0')
    state = finish(state, '1.1.0', { slot: 's2' })
    for (let index = 0; index < 150; index += 1) state = finish(state, `2.${index}.0`, { outcome: 'refused' })
    expect(chooseRollbackTarget(state, null)?.release).toBe('1.0.0')
  })

  it('keeps an approval that was given ahead, and forgets those of releases long past', () => {
    let state = anEnvironment({ approvals: { '9.0.0': ['bob'], '0.1.0': ['bob'] } })
    state = finish(state, '0.1.0', { outcome: 'refused' })
    for (let index = 0; index < 210; index += 1) state = finish(state, `2.${index}.0`, { outcome: 'refused' })
    expect(Object.keys(state.approvals)).toEqual(['9.0.0'])
  })

  it('counts an approver once', () => {
    const approve = (state: EnvironmentState): EnvironmentState => {
      seq += 1
      return foldEnvironment(
        state,
        anEvent(
          {
            type: 'approval.created',
            actor: 'bob',
            idem: `a${seq}`,
            environment: 'production',
            data: { release: '1.1.0', environment: 'production', reason: '' },
          },
          seq,
        ),
      )
    }
    expect(approve(approve(anEnvironment())).approvals).toEqual({ '1.1.0': ['bob'] })
  })
})

describe('where a rollback goes', () => {
  const history = (): EnvironmentState =>
    ['1.0.0', '1.1.0', '1.2.0'].reduce(
      (state, release, index) => finish(state, release, { slot: `s${index + 1}` }),
      anEnvironment(),
    )

  it('to the release before', () => {
    expect(chooseRollbackTarget(history(), null)?.release).toBe('1.1.0')
  })

  it('to any release that was live, by name', () => {
    expect(chooseRollbackTarget(history(), '1.0.0')?.release).toBe('1.0.0')
    expect(chooseRollbackTarget(history(), '1.2.0')).toBeNull()
    expect(chooseRollbackTarget(history(), '7.0.0')).toBeNull()
  })

  it('further back the second time, never forward to what was just left', () => {
    const back = finish(history(), '1.1.0', { kind: 'rollback', slot: 's2' })
    expect(chooseRollbackTarget(back, null)?.release).toBe('1.0.0')
  })

  it('back again after a return to what was left', () => {
    const back = finish(finish(anEnvironment(), '1.0.0'), '1.1.0', { slot: 's2' })
    const fled = finish(back, '1.0.0', { kind: 'rollback' })
    const returned = finish(fled, '1.1.0', { kind: 'rollback', slot: 's2' })
    expect(chooseRollbackTarget(returned, null)?.release).toBe('1.0.0')
  })

  it('never to a release that was refused', () => {
    const state = finish(finish(anEnvironment(), '1.0.0'), '1.1.0', { outcome: 'refused' })
    expect(chooseRollbackTarget(state, null)).toBeNull()
  })
})

describe('retention', () => {
  it('keeps the live release and the last others, each once', () => {
    let state = anEnvironment()
    for (let index = 0; index < 8; index += 1)
      state = finish(state, `1.${index}.0`, { slot: `s${(index % 4) + 1}` })
    expect(keptDeployments(state, 3).map((entry) => entry.release)).toEqual([
      '1.7.0',
      '1.6.0',
      '1.5.0',
      '1.4.0',
    ])
    expect(expiredDeployments(state, 3).map((entry) => entry.release)).toEqual([
      '1.3.0',
      '1.2.0',
      '1.1.0',
      '1.0.0',
    ])
  })

  it('forgets a release that never went live once as many deployments as are kept came after its last try', () => {
    let state = finish(anEnvironment(), '1.0.0')
    for (const release of ['1.1.0', '1.2.0', '1.1.0', '1.3.0'])
      state = finish(state, release, { outcome: 'refused' })
    const expired = (keep: number) => expiredDeployments(state, keep).map((entry) => entry.release)
    expect([expired(4), expired(2), expired(1)]).toEqual([[], ['1.2.0'], ['1.1.0', '1.2.0']])
    state = finish(state, '1.2.0', { slot: 's2' })
    expect(expired(1)).toEqual(['1.3.0', '1.1.0'])
  })

  it('never forgets what is live or warm, however old', () => {
    let state = finish(anEnvironment(), '1.0.0')
    for (let index = 1; index < 5; index += 1)
      state = finish(state, `1.${index}.0`, { slot: `s${(index % 4) + 1}` })
    state = { ...state, warm: { ...aPlacement('1.0.0'), until: '', leaving: null } }
    expect(expiredDeployments(state, 1).map((entry) => entry.release)).not.toContain('1.0.0')
  })
})
