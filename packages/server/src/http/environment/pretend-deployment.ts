import { leftBy } from '@towpath/app/fleet/hosts-left.ts'
import { leftSentence } from '@towpath/domain/fleet/left-hosts.ts'
import { adviseStrategies } from '@towpath/app/deployment/strategy-advice.ts'
import { stateOf } from '@towpath/app/state-of.ts'
import { performingFor } from '@towpath/app/runner/performing-for.ts'
import { askGates, onEachHost } from '@towpath/app/fleet/ask-hosts.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { Caller } from '@towpath/app/principal/caller.ts'
import { approvalsMissing, approvalsNeeded } from '@towpath/domain/deployment/admission.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { forwardSteps } from '@towpath/domain/deployment/way.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { describePending } from '@towpath/domain/environment/policy.ts'
import type { PendingChange } from '@towpath/domain/environment/policy.ts'
import { isPassed } from '@towpath/domain/gate/evaluate-gates.ts'
import type { GateResult } from '@towpath/domain/gate/gate.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { showGateResult } from '../gate/gate-shape.ts'
import type { Preview } from './preview-shape.ts'

type Asked = Pick<
  Deployment,
  'kind' | 'environment' | 'release' | 'author' | 'reason' | 'schemaAccepted' | 'plan' | 'pins'
>

export const environmentNow = async (
  { store }: Installation,
  environment: string,
): Promise<EnvironmentState> =>
  (await stateOf(store, environmentView, environment)) ?? emptyEnvironment(environment)

/** A deployment as it would stand right after its start, made of nothing but what is known. It is in no ledger. */
export function pretendDeployment(
  { principal }: Caller,
  asked: Asked,
  facts: { environment: EnvironmentState; now: string },
): Deployment {
  const { environment, now } = facts
  const { live, warm, subnet, serviceNumbers } = environment
  const reused = warm !== null && warm.release === asked.release ? warm.services : {}
  const slots = Object.fromEntries(Object.entries(reused).map(([service, { slot }]) => [service, slot]))
  return {
    ...asked,
    id: 'dry-run',
    requestedBy: principal.name,
    requestedAt: now,
    start: { fence: 0, previous: live, warm, slots, serviceNumbers, subnet, at: now },
    gates: null,
    done: {},
    subnet,
    baselines: {},
    verdicts: {},
    resumed: {},
    failure: null,
    abort: null,
    finished: null,
  }
}

/** Gates whose facts a step before them makes: asked too early they would only say that it did not run yet. */
const answeredLater = new Set(['images-on-host', 'backup-made'])
const isAskedLater = ({ gate, answer }: GateResult): boolean =>
  answeredLater.has(gate) && (answer === 'fail' || answer === 'unknown')

/** Everything a preview says that is the same for going forward and going back. */
export async function previewOf(
  installation: Installation,
  deployment: Deployment,
  facts: {
    environment: EnvironmentState
    pending: PendingChange[]
    warnings: string[]
    wayBack: Preview['wayBack']
    signal: AbortSignal
  },
): Promise<Preview> {
  const { environment, pending, warnings, wayBack, signal } = facts
  const { plan, kind, release } = deployment
  const performing = await performingFor(installation, deployment, signal)
  const { results } = await askGates(performing)
  const [first] = await onEachHost(performing)
  const now = results.filter((result) => !isAskedLater(result))
  const left = await leftBy(installation, environment, performing.config)
  const about = { installation: installation.id, environment: plan.environment }
  return {
    dryRun: true,
    kind,
    environment: deployment.environment,
    release,
    from: environment.live?.release ?? null,
    steps: forwardSteps(deployment).map(({ step, do: does }) => ({ step, does })),
    services: plan.services.map(({ service, container }) => ({ service, image: container.image })),
    jobs: kind === 'rollback' ? [] : plan.jobs.map(({ job }) => job),
    schema: plan.schema,
    approvals: {
      needed: kind === 'rollback' ? 0 : approvalsNeeded(deployment),
      given: environment.approvals[release] ?? [],
      missing: approvalsMissing(deployment, environment),
    },
    wayBack,
    gates: {
      passed: isPassed(now),
      results: now.map(showGateResult),
      later: results.filter(isAskedLater).map(({ gate }) => gate),
    },
    strategies: (await adviseStrategies(first ?? performing)).map((advice) => ({
      ...advice,
      strategy: { ...advice.strategy },
    })),
    pending: pending.map((change) => ({ ...change, says: describePending(change, deployment) })),
    notes: [...plan.notes, ...left.map((host) => leftSentence(host, about))],
    warnings,
  }
}
