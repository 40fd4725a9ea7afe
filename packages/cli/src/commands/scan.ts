import { imageEngines } from '@towpath/domain/advisory/engine/engine-call.ts'
import type { Finding } from '@towpath/domain/advisory/finding.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { imageNameOf } from '../audit/baseline-store.ts'
import { ageMaxOf, answerAudit, baselineWriteOf, engineRequestOf } from '../audit/report/answer-audit.ts'
import type { JudgeOptions } from '../audit/report/answer-audit.ts'
import { judge, reportsOf } from '../audit/run-audit.ts'
import type { EngineRequest } from '../engine/ask-engines.ts'
import type { ImageQuestion } from '../image/find-image.ts'
import { inventoriesOf, inventoryDocument, scanImages } from '../image/scan-image.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { ScannedImage } from '../image/scan-image.ts'
import type { Context } from '../terminal/context.ts'

interface ScanOptions extends JudgeOptions, ImageQuestion {}

/** `towpath scan IMAGE`: what is known against what an image ships. Ends with 1 on findings, and on what is unknown. */
export async function scanImage(context: Context, path: string, options: ScanOptions): Promise<Answer> {
  const engines = await engineRequestOf(options)
  if (engines !== null) requireForImages(engines)
  const images = await scanImages(context.shell, path, options)
  if (engines !== null) requireArchive(images, path)
  const { result, from, redrawn } = await judge(context.shell, {
    inventories: inventoriesOf(images),
    engines: await reportsOf(context.shell, engines, { archive: path }),
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
  if (answer.page.length === 0) return answer
  return {
    ...answer,
    page: [...images.flatMap(headOf), ...answer.page, ...baseFindings(images, result.findings)],
  }
}

/** Throws ENGINE_NOT_FOR_THIS: an engine that looks at nothing must not seem to agree. */
function requireForImages({ engines }: EngineRequest): void {
  const strange = engines.find(({ engine }) => !imageEngines.includes(engine))
  if (strange !== undefined)
    throw notForThis(
      `${strange.engine} is asked about lockfiles alone; of images, ${imageEngines.join(' and ')} are`,
    )
}

/** Throws ENGINE_NOT_FOR_THIS: an engine must look at the very image that was read here. */
function requireArchive(images: readonly ScannedImage[], path: string): void {
  if (images.length !== 1)
    throw notForThis(`${path} holds images for several platforms, and an engine would choose one by itself`)
  if (images[0]?.source !== 'file')
    throw notForThis(`${path} is no file, and engines are given nothing but archives`)
}

const notForThis = (why: string): TowpathError =>
  new TowpathError({
    code: 'ENGINE_NOT_FOR_THIS',
    kind: 'usage',
    message: `That engine cannot be asked here: ${why}.`,
    hint: 'Nothing was judged. Give one image as an archive (docker save IMAGE -o image.tar), or leave --engine out.',
  })

/** `Debian 12, 3 layers: 88 deb, 12 npm`, and what is known of where it comes from. */
function headOf({ label, system, layers, components, place, base }: ScannedImage): Line[] {
  const about =
    system === null ? 'no system' : [system.id, system.version || system.codename].join(' ').trim()
  const text = `${about}, ${countOf(layers, 'layer')}: ${ecosystemsOf(components) || 'nothing known'}`
  const notes = [...(place === '' ? [] : [`from ${place}`]), ...baseNotes(base, components)]
  return [
    line(span('strong', label), span('quiet', `  ${text}`)),
    ...notes.map((note) => line(span('quiet', `  ${note}`))),
    line(''),
  ]
}

/** A base is told as what it is: by its name certain, by its end a guess. */
function baseNotes(base: ScannedImage['base'], components: ScannedImage['components']): string[] {
  if (base === null) return []
  const name = base.name ?? base.digest ?? ''
  if (base.layers === null) return [`built on ${name}; which layers are of it is not known`]
  const own = components.filter(({ part }) => part === 'base')
  const layers = `the lower ${base.layers === 1 ? 'layer' : `${base.layers} layers`}`
  return [
    `built on ${name === '' ? layers : `${name}, ${layers}`}, as its history reads: ${ecosystemsOf(own) || 'nothing known'}`,
  ]
}

const ecosystemsOf = (components: ScannedImage['components']): string =>
  [...Map.groupBy(components, ({ ecosystem }) => ecosystem)]
    .map(([ecosystem, own]) => `${own.length} ${ecosystem.replace(/:$/, '')}`)
    .join(', ')

const countOf = (list: readonly unknown[], what: string): string =>
  `${list.length} ${what}${list.length === 1 ? '' : 's'}`

/** How many findings a newer base would be the way to mend; nothing where no layer is known to be of a base. */
function baseFindings(images: readonly ScannedImage[], findings: readonly Finding[]): Line[] {
  if (findings.length === 0 || images.every(({ base }) => (base?.layers ?? null) === null)) return []
  const ofBase = new Set(
    images.flatMap(({ components }) =>
      components.filter(({ part }) => part === 'base').map((component) => keyOf(component)),
    ),
  )
  const count = findings.filter(({ package: name, ...rest }) => ofBase.has(keyOf({ name, ...rest }))).length
  return [line(span('quiet', `  ${count} of ${countOf(findings, 'finding')} came with the base image`))]
}

interface Placed {
  ecosystem: string
  name: string
  version: string
  file: string
}

const keyOf = ({ ecosystem, name, version, file }: Placed): string =>
  [ecosystem, name, version, file].join('\n')
