import type { WantedEdge, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import type { EdgeFile } from './edge-file.ts'
import type { RenderedEdge } from './render.ts'
import type { RuntimeEdge } from './runtime.ts'
import { isSetTo, releaseOf, serverOf } from './slot-state.ts'
import { fileSteeringDifferences, runtimeSteeringDifferences } from './steering-differences.ts'

/** What of the file is not as wanted, one sentence each. Who wrote it last is no difference. */
export function fileDifferences(file: EdgeFile | null, wanted: WantedEdge, rendered: RenderedEdge): string[] {
  if (file === null) return [`${placeOf(wanted)} has no file for its edge.`]
  const differences: string[] = []
  if (!file.intact)
    differences.push(
      `The edge's file was changed by hand after deployment ${file.deployment ?? '(unreadable)'} wrote it.`,
    )
  if (file.fence !== null && file.fence > wanted.fence)
    differences.push(
      `The edge's file was written by a newer controller (fence ${file.fence}, ours is ${wanted.fence}).`,
    )
  if (file.intact && bodyOf(file.text) !== bodyOf(rendered.text))
    differences.push(...trafficDifferences(file, wanted), ...frameDifference(file, wanted))
  return differences
}

/** What the running edge does otherwise than wanted, one sentence each. */
export function runtimeDifferences(
  runtime: RuntimeEdge,
  wanted: WantedEdge,
  rendered: RenderedEdge,
): string[] {
  if (runtime.structure !== rendered.structure)
    return [
      'The running edge was started from a file with other services, ports, addresses or health checks.',
    ]
  return wanted.services.flatMap((service) => [
    ...service.slots.flatMap((slot) => runtimeDifference(runtime, service.service, slot)),
    ...runtimeSteeringDifferences(runtime, service),
  ])
}

function runtimeDifference(runtime: RuntimeEdge, service: string, slot: WantedSlot): string[] {
  const differences: string[] = []
  if (!isSetTo(runtime, service, slot)) {
    const server = serverOf(runtime, service, slot.slot)
    const now =
      server === undefined
        ? 'is unknown there'
        : `has weight ${server.weight}${server.admitted ? '' : ', in maintenance'}`
    differences.push(
      `Slot ${slot.slot} of ${service} is to be ${roleText(slot)} in the running edge and ${now}.`,
    )
  }
  const release = releaseOf(runtime, service, slot.slot)
  if (release !== slot.release)
    differences.push(
      `The running edge logs slot ${slot.slot} of ${service} as ${release ?? 'empty'} and not as ${slot.release ?? 'empty'}.`,
    )
  return differences
}

const trafficDifferences = (file: EdgeFile, wanted: WantedEdge): string[] => [
  ...slotDifferences(file, wanted),
  ...wanted.services.flatMap((service) => fileSteeringDifferences(file, service)),
]

const slotDifferences = (file: EdgeFile, wanted: WantedEdge): string[] =>
  wanted.services.flatMap(({ service, slots }) =>
    slots.flatMap((slot) => {
      const written = file.slots.find((known) => known.service === service && known.slot === slot.slot)
      if (written === undefined) return [`The edge's file has no slot ${slot.slot} of ${service}.`]
      const says = `${roleText(written.role)} with ${written.release ?? 'nothing'}`
      const should = `${roleText(slot)} with ${slot.release ?? 'nothing'}`
      return says === should
        ? []
        : [`The edge's file has slot ${slot.slot} of ${service} as ${says}, wanted is ${should}.`]
    }),
  )

/** Slots and steering agree and the text does not: ports, addresses, health checks, or a newer version of this program. */
const frameDifference = (file: EdgeFile, wanted: WantedEdge): string[] =>
  trafficDifferences(file, wanted).length > 0
    ? []
    : [`The edge's file has other services, ports, addresses or health checks than wanted.`]

const bodyOf = (text: string): string => text.slice(text.indexOf('\n\n') + 2)

const roleText = (role: { role: string; weight?: number }): string =>
  role.weight === undefined ? role.role : `${role.role} at weight ${role.weight}`

const placeOf = ({ project, environment }: WantedEdge): string => `${environment} of ${project}`
