import { buildingOf } from '../../repository/service-role.ts'
import { textValue, valueOf } from '../../repository/written-compose.ts'
import type { Trap } from '../finding.ts'

/** With `image` and `build` in one service, compose builds on the host whenever the pull fails or `--build` is typed. */
export const buildOnHost: Trap = {
  id: 'build-on-host',
  passes: 'no released image can be built anew on the host',
  look: (survey) => {
    const both = survey.services.filter(
      ({ written }) => buildingOf(written) !== null && textValue(written, 'image') !== undefined,
    )
    if (survey.services.length === 0) return null
    return both.map(({ written }) => {
      const { file, line } = valueOf(written, 'build') ?? written
      const image = textValue(written, 'image') ?? ''
      const others = both.filter(
        (other) => other.written !== written && textValue(other.written, 'image') === image,
      )
      const twice =
        others.length === 0
          ? ''
          : `; ${others.map((other) => other.written.name).join(', ')} builds the same name again`
      return {
        ...{ status: 'warn', file, line },
        message: `${written.name} has image and build: up --build, or a pull that fails, puts another build under the name ${image} on the host${twice}`,
        fix: 'keep build in a second file that only developers name (docker compose -f ... -f compose.dev.yaml); Towpath never builds',
      }
    })
  },
}
