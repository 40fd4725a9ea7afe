import { createHash } from 'node:crypto'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { BillFacts } from '@towpath/domain/inventory/bom/bill.ts'
import { cycloneDxOf } from '@towpath/domain/inventory/bom/cyclonedx.ts'
import type { CycloneDxVersion } from '@towpath/domain/inventory/bom/cyclonedx-versions.ts'
import { spdxOf } from '@towpath/domain/inventory/bom/spdx.ts'
import type { InventoryGap } from '@towpath/domain/inventory/component.ts'
import { deliver } from '../audit/report/answer-audit.ts'
import type { ImageQuestion } from '../image/find-image.ts'
import { scanImages } from '../image/scan-image.ts'
import type { ScannedImage } from '../image/scan-image.ts'
import type { Answer } from '../outcome/answer.ts'
import type { bomFormats } from '../program/evidence.ts'
import { version as toolVersion } from '../program/version.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

interface BomOptions extends ImageQuestion {
  format: (typeof bomFormats)[number]
  /** Of CycloneDX; 1.6 where nobody says. */
  spec?: CycloneDxVersion
  output?: string
}

/** `towpath sbom IMAGE`: what an image ships, as one document that other tools read. Told on stderr where it is partial. */
export async function writeBom(context: Context, path: string, options: BomOptions): Promise<Answer> {
  if (options.format === 'spdx' && options.spec !== undefined) throw noSuchSpec(options.spec)
  const [image, ...others] = await scanImages(context.shell, path, options)
  if (image === undefined || others.length > 0)
    throw ambiguous(path, image === undefined ? [] : [image, ...others])
  const gaps = image.inventories.flatMap((inventory) => inventory.gaps)
  if (gaps.length > 0) context.aside(partialLines(path, gaps))
  const facts = factsOf(image, { path, isPartial: gaps.length > 0 })
  const bill = options.format === 'spdx' ? spdxOf(facts) : cycloneDxOf(facts, options.spec ?? '1.6')
  await deliver(context, `${JSON.stringify(bill, null, 2)}\n`, options.output)
  return { page: [], json: {}, silent: true }
}

function factsOf(
  { name, digest, created, system, components }: ScannedImage,
  { path, isPartial }: { path: string; isPartial: boolean },
): BillFacts {
  return {
    name: name === '' ? path : name,
    digest,
    // A format that needs a time gets that of the image, so that the same image gives the same bill.
    created: created ?? '1970-01-01T00:00:00Z',
    uuid: uuidOf(`${digest} ${toolVersion}`),
    toolVersion,
    system,
    components,
    isPartial,
  }
}

const partialLines = (path: string, gaps: readonly InventoryGap[]): Line[] => [
  line(
    span('warning', '▲ '),
    `This bill is a part of the truth: ${gaps[0]?.file ?? ''} ${gaps[0]?.message ?? ''}`,
  ),
  ...(gaps.length > 1 ? [line(`  and ${gaps.length - 1} more, see towpath scan ${path}`)] : []),
]

/** A UUID of version 8 (RFC 9562, of one's own making) out of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

const ambiguous = (path: string, images: readonly ScannedImage[]): TowpathError =>
  new TowpathError({
    code: 'IMAGE_AMBIGUOUS',
    kind: 'usage',
    message: `${path} holds ${images.length} images: ${images.map(({ label }) => label).join(', ')}.`,
    hint: 'Nothing was written. Name one by its platform: towpath sbom IMAGE --platform linux/amd64; or save one image into an archive of its own.',
  })

const noSuchSpec = (spec: string): TowpathError =>
  new TowpathError({
    code: 'BILL_SPEC_WRONG',
    kind: 'usage',
    message: `--spec ${spec} is a version of CycloneDX; SPDX is written as 2.3.`,
    hint: 'Nothing was written. Leave --spec out, or write CycloneDX: --format cyclonedx',
  })
