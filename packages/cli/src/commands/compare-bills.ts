import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { compareBills, readBill } from '@towpath/domain/inventory/bom/compare-bills.ts'
import type {
  BillComparison,
  ListedPackages,
  PackageChange,
} from '@towpath/domain/inventory/bom/compare-bills.ts'
import { scanImages } from '../image/scan-image.ts'
import type { Answer } from '../outcome/answer.ts'
import { blank, line, span } from '../screen/line.ts'
import type { Line, Span } from '../screen/line.ts'
import { tableLines } from '../screen/table.ts'
import type { Context } from '../terminal/context.ts'

/** Far above any real bill, in bytes. */
const BILL_SIZE_MAX = 256 * 1024 * 1024

/** `towpath sbom diff A B`: what came, went and changed between two releases; each an image or a bill of one. */
export async function compareBillsOf(context: Context, before: string, after: string): Promise<Answer> {
  const comparison = compareBills(await packagesAt(context, before), await packagesAt(context, after))
  return { page: pageOf(comparison), json: { ...comparison } }
}

async function packagesAt(context: Context, path: string): Promise<ListedPackages> {
  const text = await textAt(resolve(context.shell.folder, path))
  if (text === null) {
    const images = await scanImages(context.shell, path)
    const partial = images.some(({ inventories }) => inventories.some(({ gaps }) => gaps.length > 0))
    if (partial)
      context.aside([
        line(span('warning', '▲ '), `${path} could not be read whole: it may hold more than is compared`),
      ])
    return { purls: images.flatMap(({ components }) => components.map(({ purl }) => purl)), unnamed: 0 }
  }
  const bill = readBill(parsed(text))
  if (bill === null) throw noBill(path)
  return bill
}

/** The text of a file that begins as JSON does; null for everything else, which may be an image. */
async function textAt(place: string): Promise<string | null> {
  try {
    const file = await open(place)
    try {
      const { size } = await file.stat()
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64), position: 0 })
      const start = buffer
        .toString('utf8', 0, bytesRead)
        .replace(/^\uFEFF/, '')
        .trimStart()
      return start.startsWith('{') && size <= BILL_SIZE_MAX ? await file.readFile('utf8') : null
    } finally {
      await file.close()
    }
  } catch {
    // A folder, or nothing: reading it as an image says what is wrong.
    return null
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return null
  }
}

function pageOf({ added, removed, changed, same, notCompared }: BillComparison): Line[] {
  const rows = [
    ...changed.map((own) => rowOf(span('warning', '~ changed'), own)),
    ...added.map((own) => rowOf(span('good', '+ added'), own)),
    ...removed.map((own) => rowOf(span('bad', '- removed'), own)),
  ]
  const table =
    rows.length === 0 ? [] : [...tableLines({ head: ['what', 'package', 'from', 'to'], rows }, null), blank]
  const counts = `${changed.length} changed, ${added.length} added, ${removed.length} removed, ${same} the same`
  const rest =
    notCompared === 0
      ? []
      : [
          line(
            span('warning', '? '),
            `${notCompared} entries have no package URL, so nobody knows whether they changed`,
          ),
        ]
  return [...table, line(span('strong', counts)), ...rest]
}

const rowOf = (what: Span, { package: name, from, to }: PackageChange): Span[] => [
  what,
  span('strong', name.replace(/^pkg:/, '').replaceAll('%40', '@')),
  span(null, from.join(', ') || '-'),
  span(null, to.join(', ') || '-'),
]

const noBill = (path: string): TowpathError =>
  new TowpathError({
    code: 'BILL_UNREADABLE',
    kind: 'usage',
    message: `${path} is JSON, but no bill of materials that is known here: CycloneDX, or SPDX 2.`,
    hint: 'Nothing was compared. Write one from an image: towpath sbom IMAGE -o FILE',
  })
