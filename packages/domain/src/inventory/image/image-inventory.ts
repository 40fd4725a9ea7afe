import { compareText } from '../../version/order.ts'
import type {
  Component,
  Ecosystem,
  ForeignProgram,
  Inventory,
  InventoryGap,
  SystemEcosystem,
} from '../component.ts'
import { foreignPrograms } from './foreign-programs.ts'
import type { LayerPart } from './base-image.ts'
import { systemKinds } from './image-file.ts'
import type { FoundPackage, PackageKind, SystemKind } from './image-file.ts'
import { mergeLayers } from './layer.ts'
import type { Layer, LayerFile, SurvivingFile } from './layer.ts'
import type { OsRelease } from './os-release.ts'
import { packageUrl } from './package-url.ts'
import { systemEnding } from './system-ending.ts'

/** One layer as the image's own configuration names it. */
export interface LayerName {
  /** `sha256:` of the uncompressed layer, as `docker image inspect` shows it. */
  diffId: string
  /** Command that made it; null where the history does not say. */
  createdBy: string | null
  part: LayerPart
}

/** A component that an image ships: the same as any component, with the place where it was found. */
export interface ImageComponent extends Component {
  purl: string
  /** `diffId` of the layer that brought it. */
  layer: string
  /** Whether that layer is of the base image. */
  part: LayerPart
  architecture: string | null
}

export interface ImageInventory {
  system: OsRelease | null
  layers: readonly LayerName[]
  components: readonly ImageComponent[]
  /** The same components by ecosystem, with everything that keeps them from being all there is. */
  inventories: readonly Inventory[]
}

/**
 * What an image ships, out of its layers, lowest first. `image` is the name that messages use; `now` tells whether its
 * system still gets fixes. Where something could not be read, some inventory has a gap, so no verdict over it is clean.
 */
export function imageInventory(input: {
  image: string
  /** `linux/amd64`; empty where the image does not say. */
  platform: string
  layers: readonly (Layer & LayerName)[]
  now: Date
}): ImageInventory {
  const { image, platform, layers, now } = input
  const { files, lost } = mergeLayers(layers)
  const system = systemOf(files)
  const components = files
    .flatMap((file) => file.file.packages.map((found) => componentOf(found, { file, system, layers })))
    .toSorted(byPlace)
  const gaps: InventoryGap[] = [
    ...layers.flatMap(({ problems, diffId }) =>
      problems.map((text) => gap(image, `layer ${short(diffId)} ${text}`)),
    ),
    ...files.flatMap(({ path, file }) => (file.problem === null ? [] : [gap(path, file.problem)])),
    ...lost.map(({ path, target }) => gap(path, `is a link to ${target || '/'}, which was not read`)),
    ...systemGaps({ image, system, files, layers, now }),
  ]
  const own = [...Map.groupBy(components, ({ ecosystem }) => ecosystem)].toSorted(([a], [b]) =>
    compareText(a, b),
  )
  const inventories = own.map(([ecosystem, list]): Inventory => ({
    file: image,
    ecosystem,
    components: list,
    gaps: [],
  }))
  return {
    system,
    layers: layers.map(({ diffId, createdBy, part }) => ({ diffId, createdBy, part })),
    components,
    inventories: withForeign(
      withGaps(inventories, { image, gaps: firstOf(gaps, image) }),
      foreignPrograms(programsIn(files), platform),
    ),
  }
}

/** Gaps that are told one by one: an image of a million unread archives is as unknown as one of a thousand. */
const GAPS_MAX = 1000

const firstOf = (gaps: readonly InventoryGap[], image: string): readonly InventoryGap[] =>
  gaps.length <= GAPS_MAX
    ? gaps
    : [
        ...gaps.slice(0, GAPS_MAX),
        gap(image, `holds ${gaps.length - GAPS_MAX} more files that are not known`),
      ]

const programsIn = (files: readonly SurvivingFile[]): { path: string; machine: string }[] =>
  files.flatMap(({ path, file: { machine } }) => (machine === null ? [] : [{ path, machine }]))

function withForeign(
  [first, ...rest]: readonly Inventory[],
  foreign: readonly ForeignProgram[],
): Inventory[] {
  if (first === undefined) return []
  return foreign.length === 0 ? [first, ...rest] : [{ ...first, foreign }, ...rest]
}

function withGaps(
  [first, ...rest]: readonly Inventory[],
  { image, gaps }: { image: string; gaps: readonly InventoryGap[] },
): Inventory[] {
  if (first !== undefined) return [{ ...first, gaps }, ...rest]
  const none = gap(image, 'has no package that can be known: nothing in it says what it is made of')
  return [{ file: image, ecosystem: 'Unknown system:', components: [], gaps: [...gaps, none] }]
}

/** `/etc` counts before `/usr/lib`, as os-release(5) says. */
function systemOf(files: readonly SurvivingFile[]): OsRelease | null {
  const systems = files
    .filter(({ file }) => file.system !== null)
    .toSorted((a, b) => compareText(a.path, b.path))
  return systems[0]?.file.system ?? null
}

const isSystemKind = (kind: PackageKind): kind is SystemKind => systemKinds.some((own) => own === kind)

const isOfSystem = ({ kind }: FoundPackage): boolean => isSystemKind(kind)

function componentOf(
  found: FoundPackage,
  { file, system, layers }: { file: SurvivingFile; system: OsRelease | null; layers: readonly LayerName[] },
): ImageComponent {
  const { kind, name, version, source, origin, architecture } = found
  const layer = layers[layerOf(found, file)]
  const ecosystem: Ecosystem = isSystemKind(kind) ? systemEcosystem(kind, system) : kind
  return {
    ecosystem,
    name,
    version,
    source,
    alias: null,
    presence: 'shipped',
    file: file.path,
    line: null,
    path: [],
    requiredBy: [],
    ...(origin === null ? {} : { origin }),
    purl: packageUrl(found, isOfSystem(found) ? system : null),
    layer: layer?.diffId ?? '',
    part: layer?.part ?? 'unknown',
    architecture,
  }
}

/** A database is written anew by later layers: the package came with the lowest layer that has it without a break. */
function layerOf(found: FoundPackage, { layer, before }: SurvivingFile): number {
  let lowest = layer
  for (const below of before) {
    const has = below.file.packages.some(
      ({ name, version, architecture }) =>
        name === found.name && version === found.version && architecture === found.architecture,
    )
    if (!has) return lowest
    lowest = below.layer
  }
  return lowest
}

/** Ubuntu supports its release of every second April for long (LTS), and OSV says so in its name. */
const ubuntuName = (version: string): SystemEcosystem => {
  const isLong = /^\d?[02468]\.04$/.test(version)
  return `Ubuntu:${version}${isLong ? ':LTS' : ''}`
}

/**
 * How OSV names the releases of a system: Debian by its major version, Ubuntu whole, Alpine by its branch, Red Hat's and
 * what is built from its sources by the major version.
 */
const releaseNames: readonly {
  kind: SystemKind
  id: string
  release: RegExp
  name: (version: string) => SystemEcosystem
}[] = [
  { kind: 'deb', id: 'debian', release: /^\d+/, name: (version) => `Debian:${version}` },
  { kind: 'deb', id: 'ubuntu', release: /^\d+\.\d+/, name: ubuntuName },
  { kind: 'apk', id: 'alpine', release: /^\d+\.\d+/, name: (version) => `Alpine:v${version}` },
  { kind: 'rpm', id: 'rocky', release: /^\d+/, name: (version) => `Rocky Linux:${version}` },
  { kind: 'rpm', id: 'almalinux', release: /^\d+/, name: (version) => `AlmaLinux:${version}` },
  { kind: 'rpm', id: 'rhel', release: /^\d+/, name: (version) => `Red Hat:enterprise_linux:${version}` },
  { kind: 'rpm', id: 'opensuse-leap', release: /^\d+\.\d+/, name: (version) => `openSUSE:Leap ${version}` },
]

/** The name under which OSV has the packages of a system. */
export function systemEcosystem(
  kind: SystemKind,
  system: Pick<OsRelease, 'id' | 'version'> | null,
): SystemEcosystem {
  const { id, version } = system ?? { id: '', version: '' }
  const known = releaseNames.find((own) => own.kind === kind && own.id === id)
  const release = known?.release.exec(version)?.[0]
  if (known !== undefined && release !== undefined) return known.name(release)
  return `Unknown system:${[id, version].filter((word) => word !== '').join(' ')}`
}

interface SystemFacts {
  image: string
  system: OsRelease | null
  files: readonly SurvivingFile[]
  layers: readonly Layer[]
  now: Date
}

/** Why what is known of a system is not all of it: it has no name, no list of its packages, or nobody mends it. */
function systemGaps({ image, system, files, layers, now }: SystemFacts): InventoryGap[] {
  const kinds = systemKindsIn(files.map(({ file }) => file))
  const missing = missingList({ system, kinds, files, layers })
  const ending = system === null ? null : systemEnding(system, now)
  const nameless =
    system === null && kinds.size > 0
      ? 'has packages of a system and does not say of which (no os-release)'
      : null
  return [nameless, missing, ending].flatMap((message) => (message === null ? [] : [gap(image, message)]))
}

/** A system is made of packages: where none is listed, the list is gone, and anything may be there. */
function missingList({
  system,
  kinds,
  files,
  layers,
}: Pick<SystemFacts, 'system' | 'files' | 'layers'> & { kinds: ReadonlySet<string> }): string | null {
  const expected = releaseNames.find(({ id }) => id === system?.id)
  if (expected !== undefined && !kinds.has(expected.kind))
    return `says that it is made of ${expected.id}, and no list of that system's packages is in it: whatever it ships is not known`
  if (kinds.size > 0) return null
  if (systemKindsIn(layers.flatMap((layer) => [...layer.files.values()])).size > 0)
    return 'had a list of packages of a system, which a later layer took away: whatever it ships is not known'
  return files.some(({ file }) => file.isDatabase)
    ? 'has a list of packages of a system, which is empty'
    : null
}

const systemKindsIn = (files: readonly LayerFile[]): Set<string> =>
  new Set(files.flatMap(({ packages }) => packages.filter(isOfSystem).map(({ kind }) => kind)))

const gap = (file: string, message: string): InventoryGap => ({ file, line: null, message })

const short = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)

const byPlace = (a: ImageComponent, b: ImageComponent): number =>
  compareText(a.purl, b.purl) || compareText(a.file, b.file)
