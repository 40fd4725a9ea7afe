import type { Trial, WantedService } from '@towpath/domain/edge/wanted.ts'
import type { EdgeFile } from './edge-file.ts'
import type { RuntimeEdge } from './runtime.ts'
import { isHoldSet, isTrialSet, steeringOf } from './slot-state.ts'
import { trialValue } from './steering-map.ts'

/** What the file says of trial and hold otherwise than wanted, one sentence each. */
export function fileSteeringDifferences({ steering }: EdgeFile, wanted: WantedService): string[] {
  const written = steering.find(({ service }) => service === wanted.service)
  return [
    ...trialDifference("edge's file", written?.trial ?? null, wanted),
    ...heldDifference("edge's file", written?.isHeld ?? false, wanted),
  ]
}

/** What the running edge does of trial and hold otherwise than wanted. How long a lease lasts is no difference. */
export function runtimeSteeringDifferences(runtime: RuntimeEdge, wanted: WantedService): string[] {
  const { service, slots, held } = wanted
  const steering = steeringOf(runtime, service)
  if (steering === undefined) return [`The running edge does not steer ${service}.`]
  const differences = [
    ...trialDifference('running edge', steering.trial, wanted),
    ...heldDifference('running edge', steering.isHeld, wanted),
  ]
  if (differences.length > 0) return differences
  return [
    ...(isTrialSet(runtime, { service, trial: wanted.trial }, slots)
      ? []
      : [`The running edge has the servers for trials of ${service} otherwise than its trial says.`]),
    ...(isHoldSet(runtime, { service, isHeld: held })
      ? []
      : [`The running edge has the server that requests of ${service} wait at otherwise than wanted.`]),
  ]
}

const trialDifference = (where: string, found: Trial | null, { service, trial }: WantedService): string[] =>
  trialValue(found) === trialValue(trial)
    ? []
    : [`The ${where} has ${trialText(found)} for ${service}, wanted is ${trialText(trial)}.`]

const trialText = (trial: Trial | null): string =>
  trial === null
    ? 'no trial'
    : `slot ${trial.slot} on trial with ${trial.perMyriad} of 10000 (salt ${trial.salt})`

const heldDifference = (where: string, isHeld: boolean, { service, held }: WantedService): string[] =>
  isHeld === held
    ? []
    : [
        `The ${where} ${isHeld ? 'lets requests wait' : 'lets no request wait'} for ${service}, wanted is otherwise.`,
      ]
