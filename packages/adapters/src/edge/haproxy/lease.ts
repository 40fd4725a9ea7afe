import type { Trial, WantedEdge, WantedService } from '@towpath/domain/edge/wanted.ts'
import { name } from './config-value.ts'
import { twinsOf } from './names.ts'
import { type RuntimeEdge, readRuntime, tellAndRead } from './runtime.ts'
import { releaseOf, serverOf, steeringOf } from './slot-state.ts'
import { trialTwins } from './slot-servers.ts'
import type { StateDirectory } from './state-directory.ts'
import { blownFuse, leaseCommand, wholeFuse } from './steering-commands.ts'

/**
 * Sets the end of a running trial's lease; nothing where there is no trial. Share and slot stay as the edge has them.
 * Throws EDGE_UNREACHABLE, EDGE_VALUE_REFUSED, and RangeError for a time that is none.
 */
export async function renewLease(
  dir: StateDirectory,
  { service, until }: { service: string; until: string },
): Promise<void> {
  const untilMs = Date.parse(until)
  if (!Number.isFinite(untilMs)) throw new RangeError(`${until} is no time`)
  const runtime = await readRuntime(dir, [name('the service', service)])
  const steering = steeringOf(runtime, service)
  if (steering === undefined || steering.trial === null) return
  // A first lease, also after a start of the edge: nothing was sent there yet, so nothing can have blown the fuse.
  const first = steering.leaseMs === 0 ? wholeFuse(service, steering.trial.slot) : []
  const lastsMs = untilMs - Date.now()
  await tellAndRead(dir, [...first, leaseCommand(service, (await dir.hostNowMs()) + lastsMs)], [])
}

/** What a reload forgets of the trials that go on: whether the fuse holds, and the lease. */
export const keptTrials = (before: RuntimeEdge, wanted: WantedEdge): string[] =>
  wanted.services.flatMap((service) => {
    const { trial } = service
    const steering = steeringOf(before, service.service)
    if (trial === null || steering === undefined || !goesOn(before, service, trial)) return []
    const holds = trialTwins.every(
      (twin) => serverOf(before, service.service, twinsOf(trial.slot)[twin])?.isUp === true,
    )
    const fuse = holds ? wholeFuse : blownFuse
    return [...fuse(service.service, trial.slot), leaseCommand(service.service, steering.leaseMs)]
  })

const goesOn = (before: RuntimeEdge, { service, slots }: WantedService, trial: Trial): boolean => {
  const known = steeringOf(before, service)?.trial
  const release = slots.find(({ slot }) => slot === trial.slot)?.release ?? null
  return (
    known?.slot === trial.slot &&
    known.salt === trial.salt &&
    releaseOf(before, service, trial.slot) === release
  )
}
