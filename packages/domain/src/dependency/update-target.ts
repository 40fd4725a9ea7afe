import { parse } from 'smol-toml'
import { readWorkflowUses } from '../inventory/lockfile/workflow-uses.ts'
import type { Dockerfile } from '../repository/dockerfile.ts'
import { childIn, textIn } from '../repository/placed-yaml.ts'
import { readWrittenCompose } from '../repository/written-compose.ts'
import { compareText } from '../version/order.ts'
import { isReadForUpdates, isUpdateFile, isWorkspaceFile, updateKinds } from './update-kind.ts'
import type { UpdateKind } from './update-kind.ts'

/** Where a kind of package is asked for. */
export interface UpdateTarget {
  kind: UpdateKind
  /** From the top of the repository, as Dependabot writes them: `/`, `/web`. Sorted, each once. */
  folders: readonly string[]
  /** Managers of Renovate that read what is there, sorted. */
  managers: readonly string[]
}

/** What a repository holds, as far as update bots care. */
export interface UpdateSources {
  /** Every path whose name tells something, relative, with `/` between names. */
  paths: readonly string[]
  /** Texts of manifests, compose files, workflows and actions, by path. */
  texts: ReadonlyMap<string, string>
  dockerfiles: readonly Dockerfile[]
}

/** Everything that a bot could update, in the order of the kinds; no kind without a folder. Pure, never throws. */
export function updateTargets(sources: UpdateSources): UpdateTarget[] {
  const places = [...filePlaces(sources), ...imagePlaces(sources), ...actionPlaces(sources)]
  return updateKinds.flatMap((kind) => {
    const own = places.filter((place) => place.kind === kind.name)
    if (own.length === 0) return []
    const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted(compareText)
    return [
      {
        kind,
        folders: sorted(own.map(({ folder }) => (folder === '' ? '/' : `/${folder}`))),
        managers: sorted(own.map(({ manager }) => manager)),
      },
    ]
  })
}

interface Place {
  kind: string
  folder: string
  manager: string
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Folders above, the nearest first, the top last. */
function foldersAbove(folder: string): string[] {
  const above: string[] = []
  for (let at = folder; at !== '';) {
    at = folderOf(at)
    above.push(at)
  }
  return above
}

function filePlaces({ paths, texts }: UpdateSources): Place[] {
  const known = paths.filter(isUpdateFile)
  const locked = new Map<string, Set<string>>()
  const manifests = new Map<string, Set<string>>()
  const places: Place[] = []
  const open: (Place & { above: UpdateKind['above']; path: string })[] = []
  for (const path of known)
    for (const { name: kind, files, above } of updateKinds) {
      const file = files.find(({ pattern }) => pattern.test(path))
      if (file === undefined) continue
      const place = { kind, folder: folderOf(path), manager: file.renovate }
      const of = file.isLock ? locked : manifests
      of.set(kind, (of.get(kind) ?? new Set()).add(place.folder))
      if (file.isLock) places.push(place)
      else open.push({ ...place, above, path })
    }
  const workspaces = new Set(known.filter((path) => declaresWorkspace(path, texts)).map(folderOf))
  const isCovered = ({ kind, folder, above }: (typeof open)[number]): boolean =>
    foldersAbove(folder).some((upper) =>
      above === 'workspace' ? workspaces.has(upper) : above === 'any' && manifests.get(kind)?.has(upper),
    )
  const seen = new Set<string>()
  for (const one of open) {
    const { kind, folder, manager, path } = one
    // The lockfile beside a manifest says whose it is; without one the first kind that knows it takes it.
    const isLocked = [...locked].some(
      ([other, folders]) => folders.has(folder) && sharesManifest(other, path),
    )
    if (isLocked || seen.has(path) || isCovered(one) || !asksForPackages(path, texts)) continue
    seen.add(path)
    places.push({ kind, folder, manager })
  }
  return places
}

const sharesManifest = (kind: string, path: string): boolean =>
  updateKinds.some(
    ({ name, files }) => name === kind && files.some(({ pattern, isLock }) => !isLock && pattern.test(path)),
  )

function declaresWorkspace(path: string, texts: ReadonlyMap<string, string>): boolean {
  if (isWorkspaceFile(path)) return true
  const text = isReadForUpdates(path) ? texts.get(path) : undefined
  if (text === undefined) return false
  const fields = fieldsIn(path, text)
  return fields?.['workspace'] !== undefined || fields?.['workspaces'] !== undefined
}

/** How deep tables of packages lie in TOML at most. */
const TABLES_DEEP = 4

/** A manifest that is not read asks for packages as far as anybody knows. */
function asksForPackages(path: string, texts: ReadonlyMap<string, string>): boolean {
  const text = isReadForUpdates(path) ? texts.get(path) : undefined
  const fields = text === undefined ? null : fieldsIn(path, text)
  return fields === null || hasPackages(fields, path.endsWith('.toml') ? TABLES_DEEP : 0)
}

/** Tables and lists of packages: at the top of JSON, and in TOML also in what tools keep below it (`tool.poetry.group.dev`). */
const hasPackages = (fields: Record<string, unknown>, depth: number): boolean =>
  Object.entries(fields).some(([key, value]) => {
    if (!/(?:dependencies|dependency-groups)$/i.test(key))
      return depth > 0 && hasPackages(recordOf(value), depth - 1)
    // Poetry writes the language itself as one of them.
    return Array.isArray(value)
      ? value.length > 0
      : Object.keys(recordOf(value)).some((name) => name !== 'python')
  })

function fieldsIn(path: string, text: string): Record<string, unknown> | null {
  try {
    return recordOf(path.endsWith('.toml') ? parse(text) : JSON.parse(text))
  } catch {
    // What its own tool cannot read either is that tool's to explain.
    return null
  }
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

const composeFile = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/

const gitlabFile = /^\.gitlab-ci\.ya?ml$/

function imagePlaces({ texts, dockerfiles }: UpdateSources): Place[] {
  const bases = dockerfiles.filter(hasOutsideBase).map(({ path }) => ({
    ...{ kind: 'docker', folder: folderOf(path), manager: 'dockerfile' },
  }))
  const composed = [...texts].flatMap(([path, text]) =>
    composeFile.test(path) && namesImage(path, text)
      ? [{ kind: 'docker-compose', folder: folderOf(path), manager: 'docker-compose' }]
      : [],
  )
  const pipelines = [...texts].flatMap(([path, text]) =>
    gitlabFile.test(path) && /^[ \t]*image:[ \t]*(?:["']?[\w]|$)/m.test(text)
      ? [{ kind: 'gitlab-ci', folder: folderOf(path), manager: 'gitlabci' }]
      : [],
  )
  return [...bases, ...composed, ...pipelines]
}

/** Stands on an image that a registry has: neither `scratch`, nor a stage before, nor one that only the build is told. */
const hasOutsideBase = ({ stages, args }: Dockerfile): boolean =>
  stages.some(({ from }, at) => {
    const isStage = stages.slice(0, at).some(({ name }) => name?.toLowerCase() === from.toLowerCase())
    const variable = /^\$\{?(\w+)/.exec(from)?.[1]
    const isNamed = variable === undefined || (args.get(variable) ?? '') !== ''
    return from !== '' && from !== 'scratch' && !isStage && isNamed
  })

/** An image that is named in full and not built here. */
const namesImage = (path: string, text: string): boolean =>
  readWrittenCompose([{ path, text }], () => null).services.some(({ layers }) =>
    layers.some(({ map }) => {
      const image = textIn(childIn(map, 'image'))
      return (
        image !== undefined && image !== '' && !image.includes('$') && childIn(map, 'build') === undefined
      )
    }),
  )

/** Workflows count for the top, where bots look for them; an action counts for its own folder. */
const actionPlaces = ({ texts }: UpdateSources): Place[] =>
  [...texts].flatMap(([path, text]) => {
    const isWorkflow = /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)
    if (!isWorkflow && !/(?:^|\/)action\.ya?ml$/.test(path)) return []
    const read = readWorkflowUses({ path, text })
    if (!read.ok || read.inventory.components.length + read.inventory.gaps.length === 0) return []
    return [{ kind: 'github-actions', folder: isWorkflow ? '' : folderOf(path), manager: 'github-actions' }]
  })
