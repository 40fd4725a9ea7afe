import { aPlacement, aPlan, anEnvironment } from '@towpath/testkit/builder/deployment-builder.ts'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../config/parse-config.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { EnvironmentState } from '../environment/environment-state.ts'
import { foldEnvironment } from '../environment/fold-environment.ts'
import { combineHosts } from '../gate/combine-hosts.ts'
import type { GateResult } from '../gate/gate.ts'
import { gatesFor } from '../gate/gates.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import { isAllowed } from '../principal/principal.ts'
import { memberPlan } from './fleet-plan.ts'
import { environmentOf, hostOf, seatOf } from './seat.ts'
import { hostStatus, wholeOf } from './whole.ts'

const hosts = ['web-1', 'web-2'].map((name) => ({ name, docker: `ssh://${name}` }))
const fleet = { hosts, atOnce: 1 }

const written = (lines: string): ReturnType<typeof parseConfig> =>
  parseConfig({
    path: 'towpath.yaml',
    text: `version: 1
project: shop
services: {web: {compose: web, image: ghcr.io/acme/web, health: {path: /health, port: 80}}}
environments:
  production:
    host: {folder: /srv/shop}
${lines}`,
  })

function resolved(lines: string): ResolvedConfig {
  const parsed = written(lines)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return resolveConfig(parsed.config, 'production', new Map([['EDGE', 'ssh://edge']]))
}

const problemsOf = (lines: string): string[] => {
  const parsed = written(lines)
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message)
}

describe('hosts in towpath.yaml', () => {
  it('keep their order, take the place of the one host, and belong to the policy, all of them', () => {
    const config = resolved('    hosts: {b: ssh://b, a: "var:EDGE"}\n    hosts_at_once: 3\n')
    expect(config.fleet).toEqual({
      hosts: [
        { name: 'b', docker: 'ssh://b' },
        { name: 'a', docker: 'ssh://edge' },
      ],
      atOnce: 3,
    })
    expect(config.host.docker).toBe('ssh://b')
    expect(config.policy.hosts).toEqual(['ssh://b', 'ssh://edge'])
  })

  it('are no part of an environment that has one', () => {
    expect(resolved('')).not.toHaveProperty('fleet')
  })

  it.each([
    ['{a: ssh://x, b: ssh://x}', /names one engine twice/],
    ['{a: unix:///a.sock, b: unix:///b.sock}', /two engines of this machine/],
    ['{A: ssh://x}', /name of a host/],
    ['{a: http://x}', /unix:\/\/\/PATH/],
  ])('%s is refused', (text, why) => {
    expect(problemsOf(`    hosts: ${text}\n`).join('\n')).toMatch(why)
  })

  it('that a setting makes the same engine twice are refused as well', () => {
    expect(() => resolved('    hosts: {a: ssh://edge, b: "var:EDGE"}\n')).toThrow(/hosts/)
  })
})

describe('the part of one host', () => {
  it('runs the jobs and the backup on the first host alone', () => {
    const backup = { job: 'dump', withinMs: 1, container: aPlan().services[0]!.container }
    const plan = aPlan({ fleet, backup, approvals: 2 })
    const [first, second] = hosts.map((host) => memberPlan(plan, host, 'dep_1'))
    expect(first).toMatchObject({ jobs: plan.jobs, backup, approvals: 0, member: { of: 'dep_1' } })
    expect(second).toMatchObject({ jobs: [], backup: null, services: plan.services })
    expect(second).not.toHaveProperty('fleet')
  })

  it('asks the gates about itself alone, and all that are safe to ask on the way back', () => {
    const names = (plan: Parameters<typeof gatesFor>[0], kind: 'deploy' | 'rollback'): string[] =>
      gatesFor(plan, kind).map(({ name }) => name)
    const whole = aPlan({ fleet })
    const part = memberPlan(whole, hosts[0]!, 'dep_1')
    expect(names(part, 'deploy')).not.toContain('approvals')
    expect(names(part, 'deploy')).toContain('backup-made')
    expect(names(whole, 'deploy')).toContain('approvals')
    expect(names(whole, 'deploy')).not.toContain('backup-made')
    expect(new Set([...names(whole, 'deploy'), ...names(part, 'deploy')])).toEqual(
      new Set(names(aPlan(), 'deploy')),
    )
    expect(names(part, 'rollback')).toContain('schema-allows')
  })
})

describe('a role in an environment', () => {
  it('holds on each of its hosts, and on those of no other', () => {
    const ann = { grants: [{ environment: 'staging', role: 'deployer' as const }] }
    expect(isAllowed(ann, 'roll-back', seatOf('staging', 'web-1'))).toBe(true)
    expect(isAllowed(ann, 'roll-back', seatOf('production', 'web-1'))).toBe(false)
    expect(isAllowed(ann, 'repair', 'staging@web-1')).toBe(true)
    expect(isAllowed(ann, 'waive', 'staging@web-1')).toBe(false)
  })

  it('is read from a name that says what it is part of', () => {
    expect([environmentOf('production@web-1'), hostOf('production@web-1')]).toEqual(['production', 'web-1'])
    expect([environmentOf('production'), hostOf('production')]).toEqual(['production', null])
  })
})

const answer = (gate: string, given: Partial<GateResult> = {}): GateResult =>
  ({ gate, title: gate, answer: 'pass', why: 'fine', fix: '', waiver: null, ...given }) as GateResult

describe('one checklist of several hosts', () => {
  const combined = (one: Partial<GateResult>, other: Partial<GateResult>): GateResult | undefined =>
    combineHosts([
      { host: 'web-1', results: [answer('disk-room', one)] },
      { host: 'web-2', results: [answer('disk-room', other)] },
    ])[0]

  it('passes where every host passes, and says what they have in common', () => {
    expect(combined({}, {})).toEqual(answer('disk-room'))
    expect(combined({ why: '3 GB' }, { why: '4 GB' })).toMatchObject({ answer: 'pass' })
  })

  it('fails where one does, naming it', () => {
    expect(combined({}, { answer: 'fail', why: 'full' })).toMatchObject({
      answer: 'fail',
      why: 'web-2: full',
    })
    expect(combined({ answer: 'unknown', why: 'cut' }, { answer: 'fail', why: 'full' })).toMatchObject({
      ...{ answer: 'fail', why: 'web-1: cut; web-2: full' },
    })
  })

  it('is not waived by what waives another host’s answer', () => {
    const waiver = { gate: 'disk-room', owner: 'ann', reason: 'x', expiresAt: '', release: null }
    expect(combined({ answer: 'fail', why: 'a', waiver }, { answer: 'unknown', why: 'b' })?.waiver).toBeNull()
    expect(combined({ answer: 'fail', why: 'a', waiver }, {})?.waiver).toEqual(waiver)
  })

  it('passes no gate that one host passes and another does not apply to otherwise', () => {
    expect(combined({ answer: 'not-applicable', why: 'first' }, {})?.answer).toBe('pass')
    expect(combined({ answer: 'not-applicable' }, { answer: 'not-applicable' })?.answer).toBe(
      'not-applicable',
    )
  })
})

describe('an environment of several hosts', () => {
  const seat = (host: string, given: Partial<EnvironmentState>): EnvironmentState =>
    anEnvironment({ environment: seatOf('production', host), live: aPlacement('1.1.0'), ...given })
  const whole = anEnvironment({ live: { ...aPlacement('1.1.0'), services: {}, hosts } })
  const warm = (release: string, until: string) => ({ ...aPlacement(release), until, leaving: null })
  const ready = (isReady: boolean) => ({ '1.0.0': { ready: isReady, why: 'seen', at: 'then' } })
  const seats = (one: Partial<EnvironmentState>, other: Partial<EnvironmentState>) => [
    { host: hosts[0]!, state: seat('web-1', one) },
    { host: hosts[1]!, state: seat('web-2', other) },
  ]

  it('is warm as long as every host is, and not where one has no release in reserve', () => {
    const both = seats({ warm: warm('1.0.0', 'b') }, { warm: warm('1.0.0', 'a') })
    expect(wholeOf(whole, both).warm).toMatchObject({ release: '1.0.0', until: 'a' })
    expect(wholeOf(whole, seats({ warm: warm('1.0.0', 'b') }, {})).warm).toBeNull()
    const mixed = seats({ warm: warm('1.0.0', 'b') }, { warm: warm('0.9.0', 'a') })
    expect(wholeOf(whole, mixed).warm).toBeNull()
  })

  it('can go back where every host can, and says nothing where one was not looked at', () => {
    const readiness = (one: Partial<EnvironmentState>, other: Partial<EnvironmentState>) =>
      wholeOf(whole, seats(one, other)).readiness['1.0.0']
    expect(readiness({ readiness: ready(true) }, { readiness: ready(true) })?.ready).toBe(true)
    expect(readiness({ readiness: ready(true) }, { readiness: ready(false) })).toMatchObject({
      ...{ ready: false, why: 'web-2: seen' },
    })
    expect(readiness({ readiness: ready(true) }, {})).toBeUndefined()
  })

  it('tells the host that keeps another release, or is still moving while the whole rests', () => {
    const [one, other] = seats({ live: aPlacement('1.0.0') }, { active: 'dep_9' })
    expect(hostStatus(whole, one!, true)).toMatchObject({ live: '1.0.0', stands: 'differs' })
    expect(hostStatus(whole, other!, true)).toMatchObject({ active: 'dep_9', stands: 'differs' })
    expect(hostStatus({ ...whole, active: 'dep_8' }, other!, true).stands).toBe('as-one')
    expect(hostStatus(whole, one!, false).stands).toBe('left')
  })

  it('remembers a host that is taken out, until it is one of them again', () => {
    const finished = (names: string[]): LedgerEvent => ({
      ...{ type: 'deployment.finished', actor: 'towpath', idem: 'x', seq: 1, at: 'now' },
      ...{ environment: 'production', deployment: 'dep_2', release: '1.2.0' },
      data: {
        ...{ kind: 'deploy', outcome: 'live', bakedMs: 0, reason: '', warmUntil: null },
        placement: {
          ...{ release: '1.2.0', deployment: 'dep_2', services: {} },
          hosts: hosts.filter(({ name }) => names.includes(name)),
        },
      },
    })
    const less = foldEnvironment(whole, finished(['web-1']))
    expect(less.leftHosts).toEqual([hosts[1]])
    expect(foldEnvironment(less, finished(['web-1', 'web-2'])).leftHosts).toEqual([])
  })
})
