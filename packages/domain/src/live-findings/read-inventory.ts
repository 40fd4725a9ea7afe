import { z } from 'zod'
import type { EvidenceKind } from '../evidence/evidence.ts'
import { issueIn } from '../evidence/issue-in.ts'
import type { Component, Ecosystem, Inventory, InventoryGap } from '../inventory/component.ts'
import { componentOfPurl } from './component-of-purl.ts'

/** What a document of evidence says a commit or an image is made of, or why it does not say. */
export type InventoryReading = { ok: true; inventories: Inventory[] } | { ok: false; why: string }

const line = z.string().max(2_000)

const component = z.object({
  ecosystem: line.min(1),
  name: line.min(1),
  version: line,
  source: z.enum(['registry', 'other-registry', 'git', 'path']),
  presence: z.enum(['shipped', 'locked-only', 'dev-only', 'unknown']),
  path: line,
  origin: z.object({ name: line, version: line }).nullish(),
})

const result = z.object({
  inventory: z.object({ components: z.array(component).max(200_000) }),
  unknowns: z.array(z.object({ what: line, message: line })),
})

const bill = z.object({
  components: z
    .array(
      z.object({
        type: line,
        name: line,
        purl: line.optional(),
        properties: z.array(z.object({ name: line, value: z.string().optional() })).optional(),
      }),
    )
    .max(200_000)
    .optional(),
  compositions: z.array(z.object({ aggregate: line })).optional(),
})

/**
 * Reads what `audit` and `scan` print with `--json`, and CycloneDX bills: the parts of each that say what is there. Of what
 * a document could not tell itself the inventories have gaps. Never throws.
 */
export function readInventory(kind: EvidenceKind, text: string): InventoryReading {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { ok: false, why: 'it is no JSON' }
  }
  if (kind === 'sbom') return readBill(document)
  if (kind === 'audit' || kind === 'scan') return readResult(document)
  return { ok: false, why: `${kind} does not say what anything is made of` }
}

function readResult(document: unknown): InventoryReading {
  const read = result.safeParse(document)
  if (!read.success)
    return {
      ok: false,
      why: `it does not say what was looked at, as results before this version: make it again (${issueIn(read.error)})`,
    }
  const { inventory, unknowns } = read.data
  const gaps = unknowns
    .filter(({ what }) => what === 'inventory-gap')
    .map(({ message }): InventoryGap => ({ file: '', line: null, message }))
  const components = inventory.components.map(({ path, origin, ecosystem, presence, ...own }): Component => ({
    ...own,
    ecosystem: ecosystem as Ecosystem,
    // An action works on what is built, and never is in what runs.
    presence: ecosystem === 'GitHub Actions' ? 'dev-only' : presence,
    ...{ file: path, alias: null, line: null, path: [], requiredBy: [] },
    ...(origin === null || origin === undefined ? {} : { origin }),
  }))
  return { ok: true, inventories: inventoriesOf(components, gaps) }
}

function readBill(document: unknown): InventoryReading {
  const read = bill.safeParse(document)
  if (!read.success) return { ok: false, why: `it is no CycloneDX bill: ${issueIn(read.error)}` }
  const { components = [], compositions = [] } = read.data
  const found: Component[] = []
  const gaps: InventoryGap[] = []
  const gap = (message: string): number => gaps.push({ file: '', line: null, message })
  if (compositions.some(({ aggregate }) => aggregate.startsWith('incomplete')))
    gap('its bill of materials says itself that it is not all')
  for (const { type, name, purl, properties = [] } of components) {
    if (type === 'operating-system') continue
    const source = properties.find((one) => one.name === 'towpath:source')?.value ?? null
    const own = purl === undefined ? null : componentOfPurl(purl, source)
    if (own === null) gap(`${name} has no package URL that can be compared`)
    else found.push(own)
  }
  return { ok: true, inventories: inventoriesOf(found, gaps) }
}

/** By ecosystem and file; gaps stand with the first, for they concern all of it. */
function inventoriesOf(components: readonly Component[], gaps: InventoryGap[]): Inventory[] {
  const own = Map.groupBy(components, ({ ecosystem, file }) => `${ecosystem}\n${file}`)
  const [first, ...rest] = [...own.values()].map((list): Inventory => ({
    file: list[0]?.file ?? '',
    ecosystem: list[0]?.ecosystem ?? 'npm',
    components: list,
    gaps: [],
  }))
  if (first === undefined) return gaps.length === 0 ? [] : [{ file: '', ecosystem: 'npm', components, gaps }]
  return [{ ...first, gaps }, ...rest]
}
