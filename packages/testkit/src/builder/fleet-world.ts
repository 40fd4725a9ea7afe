import type { Command } from '@towpath/domain/deployment/command.ts'
import { decide } from '@towpath/domain/deployment/decide.ts'
import type { Decision } from '@towpath/domain/deployment/decide.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { foldDeployment, stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { foldEnvironment } from '@towpath/domain/environment/fold-environment.ts'
import { decideFleet, hasFailed, isReady, mayKeep, whyFailed } from '@towpath/domain/fleet/decide-fleet.ts'
import { memberPlan } from '@towpath/domain/fleet/fleet-plan.ts'
import { seatOf } from '@towpath/domain/fleet/seat.ts'
import type { NewEvent } from '@towpath/domain/ledger/event.ts'
import { aDeploymentRequest, aPlacement, aPlan, anEvent } from './deployment-builder.ts'

/** What goes wrong on a host: a step fails, the way to it is cut for good, or cut until it heals; or another holds it. */
export interface HostFault {
  step: string
  how: 'fails' | 'cut' | 'gone' | 'held'
}

export interface FleetStory {
  kind: 'deploy' | 'rollback'
  firstEver: boolean
  /** One per host. */
  faults: (HostFault | null)[]
  atOnce: number
  abort: { after: number; host: number | null } | null
  /** Every act is done once without being recorded, as by a controller that was killed. */
  twice: boolean
  /** Who acts next, as far as it is not decided by who can. */
  order: number[]
}

type Told = Omit<NewEvent, 'actor'>

const fleetId = 'dep_fleet'
const minute = 60_000

/** Several hosts as the laws of a fleet see them: who serves what, and a ledger in memory that all act from. */
export class FleetWorld {
  readonly release = '1.1.0'
  readonly before: string | undefined
  readonly hosts: string[]
  readonly serving: Record<string, string | undefined> = {}
  readonly jobs: Record<string, number> = {}
  /** Hosts on which traffic went to the new release at some time. */
  readonly moved = new Set<string>()
  readonly seats: Record<string, EnvironmentState> = {}
  base: EnvironmentState
  onEvent: () => void = () => {}
  readonly #story: FleetStory
  readonly #deployments = new Map<string, Deployment>()
  #seq = 0
  #clock = 0
  #acts = 0
  #healed = false

  constructor(story: FleetStory) {
    this.#story = story
    this.before = story.firstEver ? undefined : '1.0.0'
    this.hosts = story.faults.map((_, index) => `web-${index + 1}`)
    const live = this.before === undefined ? null : aPlacement(this.before)
    this.base = {
      ...emptyEnvironment('production'),
      live: live === null ? null : { ...live, services: {}, hosts: this.#fleetHosts() },
    }
    for (const [index, host] of this.hosts.entries()) {
      this.serving[host] = this.before
      const active = story.faults[index]?.how === 'held' ? 'dep_other' : null
      this.seats[host] = { ...emptyEnvironment(seatOf('production', host)), live, active }
    }
    const fleet = { hosts: this.#fleetHosts(), atOnce: story.atOnce }
    const request = aDeploymentRequest(fleetId, story.kind, { plan: aPlan({ release: this.release, fleet }) })
    this.#append(request)
  }

  get fleet(): Deployment {
    return this.#of(fleetId)
  }

  memberOf(host: string): Deployment | undefined {
    return this.#deployments.get(`dep_${host}`)
  }

  /** Deployment of another that holds a host for ever; null where none does. */
  holderOf(host: string): string | null {
    return this.#faultOf(host)?.how === 'held' ? 'dep_other' : null
  }

  /** Whether a host may not have been able to do what it was told, even where it was reached in the end. */
  gaveUp(host: string): boolean {
    return ['fails', 'cut', 'gone'].includes(this.#faultOf(host)?.how ?? '') || this.#isAborted(host)
  }

  isAway(host: string): boolean {
    return ['cut', 'gone'].includes(this.#faultOf(host)?.how ?? '')
  }

  /** Lets everybody act until nobody can, however long that takes. */
  run(): void {
    for (let round = 0; round < 2_000; round += 1) {
      this.#abortInTime()
      const actors = [fleetId, ...this.hosts.map((host) => `dep_${host}`)].filter((id) => this.#can(id))
      const chosen = actors[this.#pick(round) % Math.max(1, actors.length)]
      if (chosen !== undefined) this.#act(chosen)
      else if (this.fleet.finished === null && this.#clock < 600 * minute) this.#clock += minute
      else return
    }
    throw new Error('the story has no end')
  }

  /** Every host can be reached from now on, and is held by nobody else. */
  heal(): void {
    this.#healed = true
    for (const seat of Object.values(this.seats)) if (seat.active === 'dep_other') seat.active = null
    this.run()
  }

  #isAborted = (host: string): boolean => (this.memberOf(host)?.abort ?? null) !== null
  #fleetHosts = () => this.hosts.map((name) => ({ name, docker: `ssh://${name}` }))
  #faultOf = (host: string): HostFault | null => this.#story.faults[this.hosts.indexOf(host)] ?? null
  #pick = (round: number): number => this.#story.order[round % this.#story.order.length] ?? 0
  #now = (): string => new Date(Date.UTC(2026, 0, 1) + this.#seq * 1_000 + this.#clock).toISOString()

  #of(id: string): Deployment {
    const found = this.#deployments.get(id)
    if (found === undefined) throw new Error(`no ${id}`)
    return found
  }

  #append(event: Told & { actor?: string }): void {
    this.#seq += 1
    const at = this.#now()
    const whole = { ...anEvent({ actor: 'towpath', ...event } as NewEvent, this.#seq), at }
    const { deployment = '', environment = '' } = whole
    this.#deployments.set(deployment, foldDeployment(this.#deployments.get(deployment), whole))
    const host = environment.split('@')[1]
    if (host === undefined) this.base = foldEnvironment(this.base, whole)
    else this.seats[host] = foldEnvironment(this.seats[host], whole)
    this.onEvent()
  }

  #decide(id: string): Decision {
    const state = this.#of(id)
    if (id === fleetId)
      return decideFleet(state, {
        environment: this.base,
        members: Object.fromEntries(
          this.hosts.flatMap((host) => {
            const member = this.memberOf(host)
            return member === undefined ? [] : [[host, member]]
          }),
        ),
        now: this.#now(),
      })
    return decide(state, this.seats[hostIn(id)] ?? this.base, this.#now())
  }

  #can(id: string): boolean {
    if (!this.#deployments.has(id)) return false
    const { next } = this.#decide(id)
    if (next === 'wait' || next === 'nothing') return false
    const member = this.#of(id)
    // What is on the way back is tried until the host can be reached, and nothing else happens there.
    return id === fleetId || !(this.#isCut(id) && member.failure !== null)
  }

  #isCut(id: string): boolean {
    const fault = this.#faultOf(hostIn(id))
    if (fault === null || this.#healed || !['cut', 'gone'].includes(fault.how)) return false
    return this.#of(id).failure?.step === fault.step
  }

  #act(id: string): void {
    this.#acts += 1
    const decision = this.#decide(id)
    const state = this.#of(id)
    const labels = { environment: state.environment, deployment: id, release: this.release }
    if (decision.next === 'start') {
      const data = { fence: 1, ...decision.admission.facts }
      return this.#append({ type: 'deployment.started', idem: `${id}/started`, ...labels, data })
    }
    if (decision.next === 'end') return this.#end(state, decision.command)
    if (decision.next !== 'perform') return
    if (id === fleetId) this.#lead(state, decision.command)
    else this.#serve(state, decision.command)
  }

  #end(state: Deployment, { outcome, reason }: Command & { do: 'finish' }): void {
    const hosts = state.plan.fleet?.hosts
    const made = hosts === undefined ? candidatePlacement(state) : { ...aPlacement(this.release), hosts }
    const placement = outcome === 'live' ? { ...made, deployment: state.id } : null
    this.#append({
      ...{ type: 'deployment.finished', idem: stepIdem(state.id, 'finish'), deployment: state.id },
      ...{ environment: state.environment, release: this.release },
      data: { kind: state.kind, outcome, reason, bakedMs: 0, placement, warmUntil: null },
    })
  }

  /** One step of the whole. Its events are those that the performers of the same commands append. */
  #lead(state: Deployment, command: Command): void {
    if ('host' in command) return this.#leadHost(state, command)
    if (command.do === 'agree') return this.#allAgree(command)
    if (command.do === 'evaluate-gates')
      return this.#done(command, 'gates.evaluated', { results: [], facts: '', passed: true })
    this.#done(command, 'images.pulled', { images: [], tookMs: 0 })
  }

  #done({ step }: Command, type: NewEvent['type'], data: object): void {
    this.#append({
      ...{ type, idem: stepIdem(fleetId, step), environment: 'production', deployment: fleetId },
      ...{ release: this.release, data },
    } as Told)
  }

  #leadHost(state: Deployment, command: Command & { host: string }): void {
    const { host } = command
    const member = this.memberOf(host)
    const data = { host, deployment: `dep_${host}` }
    if (command.do === 'start-host') {
      if (member === undefined) this.#begin(state, host)
      return this.#done(command, 'host.started', data)
    }
    if (member === undefined) throw new Error(`${host} never began`)
    if (command.do === 'await-host') return this.#settle(state, command, member)
    if (command.do === 'return-host') {
      if (member.finished === null) this.#abort(member)
      return this.#done(command, 'host.returning', data)
    }
    this.#done(command, 'host.returned', { ...data, outcome: member.finished?.outcome ?? 'unknown', why: '' })
  }

  #settle(state: Deployment, command: Command & { host: string }, member: Deployment): void {
    const failed = hasFailed(member, this.#now())
    const why = failed ? whyFailed(member) : ''
    if (failed && state.kind !== 'rollback') return this.#fail(command.step, why)
    const data = { host: command.host, deployment: member.id, ready: !failed, why }
    this.#done(command, 'host.settled', data)
  }

  #allAgree(command: Command): void {
    const keeping = this.hosts.filter((each) => isReady(this.memberOf(each)))
    if (keeping.length === 0) return this.#fail(command.step, 'no host')
    for (const host of this.hosts) if (mayKeep(this.#of(`dep_${host}`))) this.#agree(host)
    this.#done(command, 'hosts.agreed', { hosts: keeping })
  }

  #fail(step: string, message: string): void {
    this.#append({
      ...{ type: 'step.failed', idem: `${fleetId}/failed/${step}`, environment: 'production' },
      ...{ deployment: fleetId, data: { step, code: 'HOST_FAILED', message, hint: '', logTail: '' } },
    })
  }

  #begin(state: Deployment, name: string): void {
    const host = { name, docker: `ssh://${name}` }
    const request = aDeploymentRequest(`dep_${name}`, state.kind, {
      plan: memberPlan(state.plan, host, fleetId),
    })
    this.#append({ ...request, environment: seatOf('production', name) })
  }

  #agree(host: string): void {
    const id = `dep_${host}`
    this.#append({
      ...{ type: 'hosts.agreed', idem: stepIdem(id, 'await-fleet'), deployment: id },
      ...{ environment: seatOf('production', host), data: { hosts: this.hosts } },
    })
  }

  #abort(state: Deployment): void {
    this.#append({
      ...{ type: 'deployment.abort-requested', actor: 'ann', idem: `${state.id}/abort` },
      ...{ environment: state.environment, deployment: state.id, data: { reason: '' } },
    })
  }

  #abortInTime(): void {
    const { abort } = this.#story
    if (abort === null || abort.after !== this.#acts) return
    const host = abort.host === null ? null : (this.hosts[abort.host % this.hosts.length] ?? null)
    const state = host === null ? this.fleet : this.memberOf(host)
    if (state !== undefined && state.finished === null && state.abort === null) this.#abort(state)
  }

  /** One step on a host, which may fail there. */
  #serve(state: Deployment, command: Command): void {
    const host = hostIn(state.id)
    const fault = this.#healed ? null : this.#faultOf(host)
    const labels = { environment: state.environment, deployment: state.id, release: this.release }
    if (fault?.step === command.step) {
      const data = { step: command.step, code: 'X', message: `${host}: ${fault.how}`, hint: '', logTail: '' }
      const idem = `${state.id}/failed/${command.step}`
      return this.#append({ type: 'step.failed', idem, ...labels, data })
    }
    if (command.do === 'run-job') this.jobs[host] = (this.jobs[host] ?? 0) + 1
    this.#touch(host, command)
    if (this.#story.twice) this.#touch(host, command)
    const idem = stepIdem(state.id, command.step)
    if (command.do === 'evaluate-gates')
      return this.#append({
        ...{ type: 'gates.evaluated', idem, ...labels },
        data: { results: [], facts: '', passed: true },
      })
    this.#append({ type: 'candidates.admitted', idem, ...labels, data: { services: [] } })
  }

  #touch(host: string, command: Command): void {
    if (command.do === 'switch-traffic') {
      this.serving[host] = this.release
      this.moved.add(host)
    }
    if (command.do === 'restore-traffic') this.serving[host] = this.before
  }
}

const hostIn = (deployment: string): string => deployment.slice('dep_'.length)
