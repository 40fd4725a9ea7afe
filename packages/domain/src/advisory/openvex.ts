import { holdsOn } from './waiver.ts'
import type { FindingWaiverRule } from './waiver.ts'

export interface VexFacts {
  /** What the statements are about: a package URL or another IRI. */
  product: string
  author: string
  toolVersion: string
  /** RFC 3339. */
  now: string
  /** IRI of the document; the same waivers give the same. */
  id: string
}

/** Waivers that hold, as OpenVEX 0.2.0. What is over says nothing any more and is left out. */
export function openVexOf(
  waivers: readonly FindingWaiverRule[],
  { product, author, toolVersion, now, id }: VexFacts,
): object {
  const today = now.slice(0, 10)
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': id,
    author,
    timestamp: now,
    version: 1,
    tooling: `towpath ${toolVersion}`,
    statements: waivers
      .filter((waiver) => holdsOn(today, waiver))
      .map((waiver) => ({
        vulnerability: { name: waiver.advisory },
        products: [{ '@id': product }],
        status: waiver.status,
        ...explained(waiver),
      })),
  }
}

/** The specification asks `not_affected` for an impact, and `affected` for what is done about it. */
function explained({ status, reason, owner, expires, package: name, file }: FindingWaiverRule): object {
  const scope = [...(name === null ? [] : [`package ${name}`]), ...(file === null ? [] : [`file ${file}`])]
  const notes = [...scope, `waived by ${owner} until ${expires}`].join(', ')
  if (status === 'not_affected') return { impact_statement: reason, status_notes: notes }
  if (status === 'affected') return { action_statement: reason, status_notes: notes }
  return { status_notes: `${reason} (${notes})` }
}
