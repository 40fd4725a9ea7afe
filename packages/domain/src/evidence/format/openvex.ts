import { PackageURL } from 'packageurl-js'
import { z } from 'zod'
import { vexStatuses } from '../../advisory/waiver.ts'
import { counted } from '../counted.ts'
import { issueIn } from '../issue-in.ts'
import type { DocumentReading } from '../read-document.ts'
import type { VexPackage, VexStatement } from '../vex-waivers.ts'

const text = z.string().max(10_000)

const identified = {
  '@id': text.optional(),
  identifiers: z.looseObject({ purl: text.optional() }).optional(),
}
const product = z.union([
  text,
  z.looseObject({
    ...identified,
    subcomponents: z.array(z.union([text, z.looseObject(identified)])).optional(),
  }),
])

const statement = z.looseObject({
  vulnerability: z.union([
    text.min(1),
    z.looseObject({ name: text.min(1), aliases: z.array(text).optional() }),
  ]),
  products: z.array(product).max(10_000).optional(),
  status: z.enum(vexStatuses),
  justification: text.optional(),
  impact_statement: text.optional(),
  status_notes: text.optional(),
})

const vex = z.looseObject({
  '@context': z.string().regex(/^https:\/\/openvex\.dev\/ns(?:\/v\d+\.\d+\.\d+)?$/),
  '@id': text.min(1),
  author: text.min(1),
  timestamp: z.iso.datetime({ offset: true }),
  version: z.union([z.int(), text]),
  tooling: text.optional(),
  statements: z.array(statement).min(1).max(50_000),
})

/** An OpenVEX document. What it lets pass, and whose it has to be for that, is decided where it is weighed. */
export function readOpenVex(document: object): DocumentReading {
  const read = vex.safeParse(document)
  if (!read.success) return { ok: false, problem: `it is no OpenVEX document: ${issueIn(read.error)}` }
  const { statements, tooling, author } = read.data
  return {
    ok: true,
    format: 'openvex',
    kind: 'vex',
    facts: { statements: statements.map(statementOf) },
    images: [],
    tool: { name: (tooling ?? author).slice(0, 200), version: '' },
    summary: `${counted(statements.length, 'statement')} by ${author.slice(0, 100)}`,
  }
}

function statementOf({ vulnerability, status, ...said }: z.output<typeof statement>): VexStatement {
  const reason = [said.impact_statement, said.justification, said.status_notes].find((words) => words?.trim())
  return {
    names:
      typeof vulnerability === 'string'
        ? [vulnerability]
        : [vulnerability.name, ...(vulnerability.aliases ?? [])],
    status,
    reason: reason?.trim().slice(0, 1_000) ?? null,
    packages: packagesOf(said.products ?? []),
  }
}

/**
 * The packages that a statement is about: the parts it names of its products, or a product that is a package itself. Null
 * where one product is named whole, as an image or an application is.
 */
function packagesOf(products: readonly z.output<typeof product>[]): VexPackage[] | null {
  const named = products.map((one) => {
    const parts = typeof one === 'string' ? [] : (one.subcomponents ?? [])
    if (parts.length > 0) return parts.flatMap((part) => packageIn(part) ?? [])
    const own = packageIn(one)
    if (own !== null) return [own]
    return isForeignPackage(one) ? [] : null
  })
  return named.length === 0 || named.includes(null) ? null : named.flatMap((own) => own ?? [])
}

/** Types of package URLs that lockfiles and inventories hold. */
const packageTypes = new Set([
  'cargo',
  'npm',
  'golang',
  'pypi',
  'deb',
  'apk',
  'rpm',
  'githubactions',
  'github',
])
/** Types whose names hold their namespace. */
const spacedTypes = new Set(['npm', 'golang', 'githubactions', 'github'])

/** Types that name what is shipped as a whole. */
const wholeTypes = new Set(['oci', 'docker', 'generic'])

type Named = string | { '@id'?: string | undefined; identifiers?: { purl?: string | undefined } | undefined }

const urlIn = (one: Named): string =>
  typeof one === 'string' ? one : (one.identifiers?.purl ?? one['@id'] ?? '')

/** A package of a kind that no inventory here holds: what is said of it is said of nothing else. */
function isForeignPackage(one: Named): boolean {
  try {
    const { type } = PackageURL.fromString(urlIn(one))
    return type !== undefined && !packageTypes.has(type) && !wholeTypes.has(type)
  } catch {
    return false
  }
}

function packageIn(one: Named): VexPackage | null {
  try {
    const { type, namespace, name, version } = PackageURL.fromString(urlIn(one))
    if (type === undefined || name === undefined || !packageTypes.has(type)) return null
    return {
      type,
      name: spacedTypes.has(type) && namespace ? `${namespace}/${name}` : name,
      version: version ?? null,
    }
  } catch {
    return null
  }
}
