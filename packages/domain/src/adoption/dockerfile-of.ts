import type { Dockerfile } from '../repository/dockerfile.ts'
import { buildingOf } from '../repository/service-role.ts'
import { textValue } from '../repository/written-compose.ts'
import type { WrittenService } from '../repository/written-compose.ts'
import type { AdoptionSurvey } from './finding.ts'

/** The Dockerfile that compose builds a service from, where it is in this repository; null where it is not, or nobody can tell. */
export function dockerfileOf(
  { dockerfiles, services }: AdoptionSurvey,
  service: WrittenService,
): Dockerfile | null {
  const image = textValue(service, 'image')
  // A service may run the image that another one builds.
  const maker =
    image === undefined
      ? undefined
      : services.find(({ written }) => textValue(written, 'image') === image && buildingOf(written) !== null)
  const building = buildingOf(service) ?? (maker === undefined ? null : buildingOf(maker.written))
  if (building === null || building.context === null) return null
  const path = [building.context, building.dockerfile]
    .filter((part) => part !== '')
    .join('/')
    .replaceAll('/./', '/')
  return dockerfiles.find((file) => file.path === path) ?? null
}
