import { z } from 'zod'
import { counted } from '../counted.ts'
import { issueIn } from '../issue-in.ts'
import type { DocumentReading } from '../read-document.ts'

const text = z.string().max(10_000)
const named = z.looseObject({ name: text, version: text.optional() })

const bill = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string().regex(/^1\.\d{1,2}$/),
  metadata: z
    .looseObject({
      component: z.looseObject({ version: text.optional() }).optional(),
      tools: z.union([z.array(named), z.looseObject({ components: z.array(named).optional() })]).optional(),
    })
    .optional(),
  components: z
    .array(z.looseObject({ type: text, name: text }))
    .max(200_000)
    .optional(),
  compositions: z.array(z.looseObject({ aggregate: text })).optional(),
})

/** A bill of materials in CycloneDX JSON, of any 1.x. */
export function readCycloneDx(document: object): DocumentReading {
  const read = bill.safeParse(document)
  if (!read.success) return { ok: false, problem: `it is no CycloneDX bill: ${issueIn(read.error)}` }
  const { components = [], compositions = [] } = read.data
  const isIncomplete = compositions.some(({ aggregate }) => aggregate.startsWith('incomplete'))
  return {
    ok: true,
    format: 'cyclonedx',
    kind: 'sbom',
    facts: { components: components.length, isIncomplete },
    images: imagesOf(read.data),
    tool: toolOf(read.data),
    summary: `${counted(components.length, 'component')}${isIncomplete ? ', incomplete' : ''}`,
  }
}

type Bill = z.output<typeof bill>

/** Our own bills name the image by its digest; those of others may. */
function imagesOf({ metadata }: Bill): string[] {
  const version = metadata?.component?.version ?? ''
  return /^sha256:[0-9a-f]{64}$/.test(version) ? [version] : []
}

/** Until 1.4 tools were a list, since 1.5 they are components. */
function toolOf({ metadata }: Bill): { name: string; version: string } {
  const tools = metadata?.tools
  const tool = Array.isArray(tools) ? tools[0] : tools?.components?.[0]
  if (tool === undefined) return { name: 'unknown', version: '' }
  return { name: tool.name.slice(0, 200), version: (tool.version ?? '').slice(0, 100) }
}
