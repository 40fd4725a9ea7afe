import { PackageURL } from 'packageurl-js'
import { compareText } from '../../version/order.ts'
import { fieldsOf, listOf, textOf } from '../lockfile/lockfile.ts'
import type { Fields } from '../lockfile/lockfile.ts'

/** What a bill lists, as far as it can be compared: package URLs, and how many entries have none. */
export interface ListedPackages {
  purls: readonly string[]
  unnamed: number
}

/** One package in two bills; no version where it is in the other alone. */
export interface PackageChange {
  /** Package URL without version, qualifiers and place. */
  package: string
  from: readonly string[]
  to: readonly string[]
}

export interface BillComparison {
  added: readonly PackageChange[]
  removed: readonly PackageChange[]
  changed: readonly PackageChange[]
  same: number
  /** Entries of both without a readable package URL: of these nobody knows whether they changed. */
  notCompared: number
}

const DEPTH_MAX = 50
const ENTRIES_MAX = 500_000

/** Reads a CycloneDX or SPDX 2 document in JSON; null where it is neither. */
export function readBill(document: unknown): ListedPackages | null {
  const fields = fieldsOf(document)
  if (fields.get('bomFormat') === 'CycloneDX') return listed(cycloneDxUrls(fields, 0))
  return textOf(fields.get('spdxVersion'))?.startsWith('SPDX-2') === true ? listed(spdxUrls(fields)) : null
}

const listed = (found: readonly (string | null)[]): ListedPackages => {
  const purls = found.filter((url) => url !== null)
  return { purls, unnamed: found.length - purls.length }
}

/** Files and systems are no packages; components may hold components. */
function cycloneDxUrls(fields: Fields, depth: number): (string | null)[] {
  if (depth > DEPTH_MAX) return [null]
  return listOf(fields.get('components'))
    .slice(0, ENTRIES_MAX)
    .flatMap((value) => {
      const component = fieldsOf(value)
      const isPackage = !['file', 'operating-system'].includes(textOf(component.get('type')) ?? '')
      const own = isPackage ? [textOf(component.get('purl'))] : []
      return [...own, ...cycloneDxUrls(component, depth + 1)]
    })
}

/** What the document describes is the image itself. */
function spdxUrls(fields: Fields): (string | null)[] {
  const described = new Set(
    listOf(fields.get('relationships'))
      .map(fieldsOf)
      .filter((relation) => relation.get('relationshipType') === 'DESCRIBES')
      .map((relation) => relation.get('relatedSpdxElement')),
  )
  return listOf(fields.get('packages'))
    .slice(0, ENTRIES_MAX)
    .map(fieldsOf)
    .filter((entry) => !described.has(entry.get('SPDXID')))
    .map((entry) => {
      const references = listOf(entry.get('externalRefs')).map(fieldsOf)
      const url = references.find((reference) => reference.get('referenceType') === 'purl')
      return textOf(url?.get('referenceLocator'))
    })
}

/** What changed from one bill to another: packages by their URL without version, with all versions that each has. */
export function compareBills(before: ListedPackages, after: ListedPackages): BillComparison {
  const [from, to] = [versionsOf(before), versionsOf(after)]
  const names = [...new Set([...from.versions.keys(), ...to.versions.keys()])].toSorted(compareText)
  const changes = names.map((name): PackageChange => ({
    package: name,
    from: sorted(from.versions.get(name)),
    to: sorted(to.versions.get(name)),
  }))
  const isSame = (change: PackageChange): boolean => change.from.join('\n') === change.to.join('\n')
  return {
    added: changes.filter((change) => change.from.length === 0),
    removed: changes.filter((change) => change.to.length === 0),
    changed: changes.filter((own) => own.from.length > 0 && own.to.length > 0 && !isSame(own)),
    same: changes.filter(isSame).length,
    notCompared: before.unnamed + after.unnamed + from.unread + to.unread,
  }
}

const sorted = (versions: ReadonlySet<string> = new Set()): string[] => [...versions].toSorted(compareText)

function versionsOf({ purls }: ListedPackages): { versions: Map<string, Set<string>>; unread: number } {
  const versions = new Map<string, Set<string>>()
  let unread = 0
  for (const text of purls) {
    const url = parsed(text)
    if (url === null) unread += 1
    else versions.set(url.name, (versions.get(url.name) ?? new Set()).add(url.version))
  }
  return { versions, unread }
}

function parsed(text: string): { name: string; version: string } | null {
  try {
    const { type, namespace, name, version } = PackageURL.fromString(text)
    return {
      name: new PackageURL(type, namespace, name, null, null, null).toString(),
      version: version ?? '',
    }
  } catch {
    return null
  }
}
