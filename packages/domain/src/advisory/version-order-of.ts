import { apkOrder } from '../version/apk.ts'
import { debOrder } from '../version/deb.ts'
import type { VersionOrder } from '../version/order.ts'
import { pep440Order } from '../version/pep440.ts'
import { rpmOrder } from '../version/rpm.ts'
import { semverOrder } from '../version/semver.ts'
import { VERSION_LENGTH_MAX } from '../version/order.ts'

/** Orders the versions of one ecosystem; null where one cannot be read, which is never "not affected". */
export type CompareVersions = (a: string, b: string) => number | null

/** `1`, `1.2` and `v1.2.3` stand in advisories too, for `1.0.0`, `1.2.0` and `1.2.3`. */
const wholeSemver = (text: string): string =>
  text
    .replace(/^v(?=\d)/, '')
    .replace(/^(\d+)(?:\.(\d+))?(?=$|[-+])/, (_, major: string, minor = '0') => `${major}.${minor}.0`)

const semverCompare: CompareVersions = (a, b) => {
  const [left, right] = [semverOrder.read(wholeSemver(a)), semverOrder.read(wholeSemver(b))]
  return left === null || right === null ? null : semverOrder.compare(left, right)
}

const comparedBy =
  <Version>({ read, compare }: VersionOrder<Version>): CompareVersions =>
  (a, b) => {
    const [left, right] = [read(a), read(b)]
    return left === null || right === null ? null : compare(left, right)
  }

const orders: ReadonlyMap<string, CompareVersions> = new Map([
  ['crates.io', semverCompare],
  ['npm', semverCompare],
  ['Go', semverCompare],
  ['GitHub Actions', semverCompare],
  ['PyPI', comparedBy(pep440Order)],
  ['Debian', comparedBy(debOrder)],
  ['Ubuntu', comparedBy(debOrder)],
  ['Alpine', comparedBy(apkOrder)],
  ['Rocky Linux', comparedBy(rpmOrder)],
  ['AlmaLinux', comparedBy(rpmOrder)],
  ['openSUSE', comparedBy(rpmOrder)],
  ['Red Hat', comparedBy(rpmOrder)],
])

/** The ecosystem without its release: `Debian` of `Debian:12`. */
export const familyOf = (ecosystem: string): string => ecosystem.split(':', 1)[0] ?? ''

/** Families whose names go on with a release, as `Debian:12` does. */
const RELEASED = /^(?:Debian|Ubuntu|Alpine|Rocky Linux|AlmaLinux|openSUSE|Red Hat)(?=:)/

/** The order of an ecosystem as OSV names it; null where its versions cannot be compared here. */
export function versionOrderOf(ecosystem: string): CompareVersions | null {
  const order = orders.get(RELEASED.exec(ecosystem)?.[0] ?? ecosystem)
  if (order === undefined) return null
  return (a, b) => (Math.max(a.length, b.length) > VERSION_LENGTH_MAX ? null : order(a, b))
}
