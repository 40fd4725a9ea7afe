import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { combineHosts } from '@towpath/domain/gate/combine-hosts.ts'
import { evaluateGates, isPassed } from '@towpath/domain/gate/evaluate-gates.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import { gatesFor } from '@towpath/domain/gate/gates.ts'
import type { GateResult, GateWaiver } from '@towpath/domain/gate/gate.ts'
import { environmentOf } from '@towpath/domain/fleet/seat.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { observeGateFacts } from '../observe/gate-facts.ts'
import { performingFor } from '../runner/performing-for.ts'
import type { Performing } from '../runner/performing.ts'
import { stateOf } from '../state-of.ts'
import { draftOf } from './members.ts'

/** What the gates were asked about: of each host, where there are several. As the blob of `gates.evaluated` keeps it. */
export interface AskedAbout {
  facts: GateFacts
  /** Of the hosts after the first, whose facts are `facts`. Absent where there is one. */
  others?: { host: string; facts: GateFacts }[]
  waivers: GateWaiver[]
}

/** Looks at everything that the gates of a deployment ask about, on every host, and asks them. */
export async function askGates(
  performing: Performing,
): Promise<{ results: GateResult[]; passed: boolean; about: AskedAbout }> {
  const { installation, deployment } = performing
  const base = await stateOf(installation.store, environmentView, environmentOf(deployment.environment))
  const [first, ...others] = await Promise.all(
    (await onEachHost(performing)).map(async (each) => ({
      host: each.deployment.plan.member?.host.name ?? '',
      facts: await observeGateFacts(each),
    })),
  )
  if (first === undefined) throw new Error(`${deployment.id} has no host`)
  const about: AskedAbout = {
    facts: first.facts,
    ...(others.length === 0 ? {} : { others }),
    waivers: base?.waivers ?? [],
  }
  const results = answersTo(deployment, about)
  return { results, passed: isPassed(results), about }
}

/** The answers to facts that were stored or have just been seen. */
export function answersTo(deployment: Deployment, { facts, others, waivers }: AskedAbout): GateResult[] {
  const asked = gatesFor(deployment.plan, deployment.kind)
  const first = evaluateGates(facts, waivers, asked)
  if (others === undefined) return first
  const host = deployment.plan.fleet?.hosts[0]?.name ?? ''
  return combineHosts([
    { host, results: first },
    ...others.map((other) => ({ host: other.host, results: evaluateGates(other.facts, waivers, asked) })),
  ])
}

/** The same deployment on each of its hosts, as each would begin it; itself where there is one host. */
export async function onEachHost(performing: Performing): Promise<Performing[]> {
  const { installation, deployment, signal } = performing
  const { fleet } = deployment.plan
  if (fleet === undefined) return [performing]
  return await Promise.all(
    fleet.hosts.map(async (host) => {
      const draft = await draftOf(installation.store, deployment, host)
      return await performingFor(installation, draft, signal)
    }),
  )
}
