import { imageNameOf } from '../audit/baseline-store.ts'
import { ageMaxOf, answerAudit, baselineWriteOf } from '../audit/report/answer-audit.ts'
import type { JudgeOptions } from '../audit/report/answer-audit.ts'
import { judge } from '../audit/run-audit.ts'
import { inventoriesOf, inventoryDocument, scanImages } from '../image/scan-image.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { ScannedImage } from '../image/scan-image.ts'
import type { Context } from '../terminal/context.ts'

interface ScanOptions extends JudgeOptions {
  platform?: string
}

/** `towpath scan IMAGE`: what is known against what an image ships. Ends with 1 on findings, and on what is unknown. */
export async function scanImage(context: Context, path: string, options: ScanOptions): Promise<Answer> {
  const images = await scanImages(context.shell, path, options.platform)
  const { result, from, redrawn } = await judge(context.shell, {
    inventories: inventoriesOf(images),
    advisories: options.advisories,
    rule: options.failOn,
    ageMaxMs: ageMaxOf(options),
    baseline: await baselineWriteOf(context, options),
    shippedOnly: false,
    image: imageNameOf(path),
  })
  const answer = await answerAudit(context, options, {
    // Waivers of this folder may be about its lockfiles: that an image does not need them says nothing.
    result: { ...result, unused: result.unused.filter(({ by }) => by === 'baseline') },
    from,
    redrawn,
    command: 'scan IMAGE',
    of: path,
    more: { inventory: inventoryDocument(images) },
  })
  return answer.page.length === 0 ? answer : { ...answer, page: [...images.flatMap(headOf), ...answer.page] }
}

/** `Debian 12, 3 layers: 88 deb, 12 npm`. */
function headOf({ label, system, layers, components }: ScannedImage): Line[] {
  const counts = [...Map.groupBy(components, ({ ecosystem }) => ecosystem)].map(
    ([ecosystem, own]) => `${own.length} ${ecosystem.replace(/:$/, '')}`,
  )
  const about =
    system === null ? 'no system' : [system.id, system.version || system.codename].join(' ').trim()
  const text = `${about}, ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}: ${counts.join(', ') || 'nothing known'}`
  return [line(span('strong', label), span('quiet', `  ${text}`)), line('')]
}
