import type { Command } from '../command.ts'
import type { Deployment } from '../deployment-state.ts'
import { isDone } from '../deployment-state.ts'

/**
 * The way forward of a blue-green deployment, in order. What a deployment does not need is left out, so this list, the
 * plan shown before the start and the live view are one thing.
 */
export const forwardSteps = (state: Deployment): Command[] => [
  ...beforeCandidates(state),
  ...state.plan.waves.flatMap(waveSteps),
  ...traffic(state),
  { do: 'finish', step: 'finish', outcome: 'live', reason: 'all steps passed' },
]

/** A rollback never migrates: the schema stays where the newer release left it. */
function beforeCandidates({ plan, kind }: Deployment): Command[] {
  const jobs = kind === 'rollback' ? [] : plan.jobs
  const backup = jobs.length > 0 ? plan.backup : null
  return [
    { do: 'pull-images', step: 'pull-images' },
    ...(backup === null ? [] : [{ do: 'make-backup', step: 'make-backup', job: backup } as const]),
    { do: 'evaluate-gates', step: 'evaluate-gates' },
    { do: 'prepare-host', step: 'prepare-host' },
    ...jobs.map((job): Command => ({ do: 'run-job', step: `run-job:${job.job}`, job })),
  ]
}

/** A release that was live before is neither checked nor watched again: it is what people want back. */
function traffic(state: Deployment): Command[] {
  const { plan, kind } = state
  const isNew = kind !== 'rollback'
  const isChecked = isNew && plan.services.some((service) => service.smoke.length > 0)
  const commands: Command[] = []
  if (isChecked) commands.push({ do: 'run-smoke-checks', step: 'run-smoke-checks' })
  commands.push({ do: 'switch-traffic', step: 'switch-traffic' })
  if (isNew && plan.accessoriesAfter.length > 0)
    commands.push({ do: 'start-accessories', step: 'start-accessories' })
  if (isNew && plan.bakeMs > 0)
    commands.push({ do: 'watch-bake', step: 'watch-bake', durationMs: plan.bakeMs })
  // After the watch: stopping takes as long as an old app likes, and the new one must not be unwatched meanwhile.
  if (olderToRetire(state) !== null) commands.push({ do: 'retire-older', step: 'retire-older' })
  return commands
}

const waveSteps = (services: string[], index: number): Command[] => [
  { do: 'start-candidates', step: `start-candidates:${index}`, services },
  { do: 'admit-candidates', step: `admit-candidates:${index}`, services },
  { do: 'await-healthy', step: `await-healthy:${index}`, services },
]

/** The release that was warm before this deployment and that it does not itself bring back. */
export const olderToRetire = (state: Deployment): string | null => {
  const warm = state.start?.warm ?? null
  const candidates = Object.entries(state.start?.slots ?? {})
  const reused = warm !== null && candidates.some(([service, slot]) => warm.services[service]?.slot === slot)
  return warm === null || reused ? null : warm.release
}

/**
 * The way back. Traffic may have moved although the event is missing (a kill between act and append), so it is restored
 * whenever the switch could have been tried: every step before it was done.
 */
export function reverseSteps(state: Deployment): Command[] {
  const { outcome, reason } = ending(state)
  const back: Command[] = []
  if (mayHaveSwitched(state)) back.push({ do: 'restore-traffic', step: 'restore-traffic' })
  // Gates that were asked again and failed find candidates in place; asked the first time they find none.
  if (isDone(state, 'prepare-host')) back.push({ do: 'remove-candidates', step: 'remove-candidates' })
  return [...back, { do: 'finish', step: 'finish', outcome, reason }]
}

const mayHaveSwitched = (state: Deployment): boolean =>
  forwardSteps(state)
    .slice(
      0,
      forwardSteps(state).findIndex((command) => command.do === 'switch-traffic'),
    )
    .every((command) => isDone(state, command.step))

function ending(state: Deployment): Pick<Command & { do: 'finish' }, 'outcome' | 'reason'> {
  if (state.failure !== null) {
    // With nothing live before there is nothing to roll back to: the first deployment just failed.
    const isFirst = state.start?.previous === null
    const outcome = mayHaveSwitched(state) ? (isFirst ? 'failed' : 'rolled-back') : 'refused'
    return { outcome, reason: state.failure.message }
  }
  if (state.gates !== null && !state.gates.passed)
    return { outcome: 'refused', reason: 'a gate did not pass' }
  if (state.abort !== null)
    return { outcome: 'aborted', reason: state.abort.reason || `aborted by ${state.abort.by}` }
  return { outcome: 'failed', reason: 'the deployment was turned back without a recorded reason' }
}
