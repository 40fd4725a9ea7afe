import { buildingOf } from '../../repository/service-role.ts'
import { textValue } from '../../repository/written-compose.ts'
import type { Trap } from '../finding.ts'

/** What is built where it runs is nowhere else: no registry has it, no test has seen it, nothing can go back to it. */
export const buildWithoutImage: Trap = {
  id: 'build-without-image',
  passes: 'what is built has a name in a registry',
  look: (survey) => {
    const built = survey.services.flatMap(({ written }) => {
      const building = buildingOf(written)
      return building === null ? [] : [{ written, building }]
    })
    if (built.length === 0) return null
    return built
      .filter(({ written }) => textValue(written, 'image') === undefined)
      .map(({ written, building }) => ({
        status: written.isWhole ? 'fail' : 'unknown',
        ...{ file: building.file, line: building.line },
        message: `${written.name} is built where it runs and has no image: no registry has it, and the build before is gone`,
        fix: `build it once in CI and name it: image: REGISTRY/TEAM/${written.name} (docs/how-to/build-once.md)`,
      }))
  },
}
