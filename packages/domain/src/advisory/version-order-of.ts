import { pep440Order } from '../version/pep440.ts'
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

const pythonCompare: CompareVersions = (a, b) => {
  const [left, right] = [pep440Order.read(a), pep440Order.read(b)]
  return left === null || right === null ? null : pep440Order.compare(left, right)
}

const orders: ReadonlyMap<string, CompareVersions> = new Map([
  ['crates.io', semverCompare],
  ['npm', semverCompare],
  ['Go', semverCompare],
  ['GitHub Actions', semverCompare],
  ['PyPI', pythonCompare],
])

/** The order of an ecosystem as OSV names it; null where its versions cannot be compared here. */
export function versionOrderOf(ecosystem: string): CompareVersions | null {
  const order = orders.get(ecosystem)
  if (order === undefined) return null
  return (a, b) => (Math.max(a.length, b.length) > VERSION_LENGTH_MAX ? null : order(a, b))
}
