import type { Component, Inventory, Presence } from './component.ts'
import { packageKey } from './package-key.ts'

/** What images show to be in them: the inventories of one image each. */
export type ImageInventories = readonly Inventory[]

/**
 * Packages that a program has to name before it says from which lockfile it was built: of a program of a few packages,
 * other lockfiles may pin the same.
 */
const PROGRAM_PACKAGES_MIN = 10

/**
 * Tells of what lockfiles pin whether images ship it: a pure function of both.
 *
 * - `shipped`: some image has this package in this version, also where the lockfile says that it is for development.
 * - `locked-only`: a program of Rust or Go in an image was built from this lockfile, the image could be read whole, and
 *   the package is in none of its programs. Such programs name all that was linked into them. What npm and PyPI install
 *   may be bundled under no name, so that nothing follows from its absence there.
 * - Else what the lockfile says: `dev-only`, or `unknown`.
 */
export function withPresence(
  lockfiles: readonly Inventory[],
  images: readonly ImageInventories[],
): Inventory[] {
  const shipped = new Set(
    images.flat().flatMap(({ components }) => components.filter(isOfRegistry).map(keyOf)),
  )
  return lockfiles.map((lockfile) => {
    const isProof = images.some((image) => provesAbsence(image, lockfile))
    const components = lockfile.components.map((component): Component => ({
      ...component,
      presence: presenceOf(component, { shipped, isProof }),
    }))
    return { ...lockfile, components }
  })
}

function presenceOf(
  component: Component,
  { shipped, isProof }: { shipped: ReadonlySet<string>; isProof: boolean },
): Presence {
  if (isOfRegistry(component) && shipped.has(keyOf(component))) return 'shipped'
  const isKnown = isProof && isOfRegistry(component) && !isLibraryOfGo(component)
  return isKnown && component.presence === 'unknown' ? 'locked-only' : component.presence
}

/** Whether a package of this lockfile that the image does not name cannot be in it. */
function provesAbsence(image: ImageInventories, { ecosystem, components }: Inventory): boolean {
  if (ecosystem !== 'crates.io' && ecosystem !== 'Go') return false
  if (image.some(({ gaps }) => gaps.length > 0)) return false
  const pinned = new Set(components.map(keyOf))
  const named = image
    .filter((inventory) => inventory.ecosystem === ecosystem)
    .flatMap((inventory) => inventory.components)
    .filter((component) => isOfRegistry(component) && !isLibraryOfGo(component))
  return [...Map.groupBy(named, ({ file }) => file).values()].some(
    (program) =>
      program.length >= PROGRAM_PACKAGES_MIN && program.every((component) => pinned.has(keyOf(component))),
  )
}

const isOfRegistry = ({ source }: Component): boolean => source === 'registry'

/** Its version is that of the compiler that was there, whatever the file asks for. */
const isLibraryOfGo = ({ ecosystem, name }: Component): boolean => ecosystem === 'Go' && name === 'stdlib'

const keyOf = ({ ecosystem, name, version }: Component): string =>
  [ecosystem, packageKey(ecosystem, name), version].join('\n')
