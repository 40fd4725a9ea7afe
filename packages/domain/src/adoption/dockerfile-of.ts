import type { Dockerfile } from '../repository/dockerfile.ts'
import { buildingOf } from '../repository/service-role.ts'
import { textValue } from '../repository/written-compose.ts'
import type { WrittenService } from '../repository/written-compose.ts'
import { joinPath } from '../project/compose/host-path.ts'
import type { AdoptionSurvey } from './finding.ts'

export interface BuiltFrom {
  dockerfile: Dockerfile
  /** The stage that compose asks for; null for the last. */
  target: string | null
}

/** The Dockerfile that compose builds a service from, where it is in this repository; null where it is not, or nobody can tell. */
export function builtFrom(
  { dockerfiles, services }: AdoptionSurvey,
  service: WrittenService,
): BuiltFrom | null {
  const image = textValue(service, 'image')
  // A service may run the image that another one builds.
  const maker =
    image === undefined
      ? undefined
      : services.find(({ written }) => textValue(written, 'image') === image && buildingOf(written) !== null)
  const building = buildingOf(service) ?? (maker === undefined ? null : buildingOf(maker.written))
  if (building === null || building.context === null) return null
  const path = joinPath(building.context, building.dockerfile)
  const dockerfile = dockerfiles.find((file) => file.path === path)
  return dockerfile === undefined ? null : { dockerfile, target: building.target }
}
