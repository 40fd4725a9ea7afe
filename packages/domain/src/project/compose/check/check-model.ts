import { childOf, entriesOf, itemsOf, textOf } from '../tree.ts'
import type { MapTree } from '../tree.ts'
import { checkDependencies } from './check-dependencies.ts'
import { checkResources } from './check-resources.ts'
import { checkService } from './check-service.ts'
import { checkSharedNames } from './check-shared-names.ts'
import { textsIn } from '../scalars.ts'
import type { Findings } from '../findings.ts'

/** The services that run together, and all that the files define. */
export interface Checking {
  file: MapTree
  /** Those whose profiles are on. */
  active: ReadonlyMap<string, MapTree>
  findings: Findings
}

/** Finds what the schema cannot: parts that do not fit together, as Docker Compose would refuse them. */
export function checkModel(checking: Checking): void {
  checkResources(checking)
  for (const [name, service] of checking.active) checkService({ ...checking, name, service })
  checkDependencies(checking)
  checkSharedNames(checking)
}

/** Services by name, those whose profiles are off apart. A service without profiles is always on, `*` turns all on. */
export function servicesOf(
  file: MapTree,
  profiles: readonly string[],
): { active: Map<string, MapTree>; inactive: string[] } {
  const active = new Map<string, MapTree>()
  const inactive: string[] = []
  for (const [name, { at, value }] of entriesOf(childOf(file, 'services'))) {
    if (value.kind !== 'map') continue
    const own = textsIn(childOf(value, 'profiles'))
    const isOn =
      own.length === 0 ||
      profiles.includes('*') ||
      own.some((profile) => profile === '*' || profiles.includes(profile))
    if (isOn) active.set(name, { ...value, at })
    else inactive.push(name)
  }
  return { active, inactive }
}

/** Profiles that the services of a file name, in order. */
export const profilesIn = (file: MapTree): string[] => {
  const services = entriesOf(childOf(file, 'services'))
  const names = services.flatMap(([, { value }]) =>
    itemsOf(childOf(value, 'profiles')).flatMap((item) => textOf(item) ?? []),
  )
  return [...new Set(names)].toSorted()
}
