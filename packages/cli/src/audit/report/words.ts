import type { Finding } from '@towpath/domain/advisory/finding.ts'

/** The page of an advisory; osv.dev knows all that it took in. */
export const urlOf = (id: string): string =>
  pages.get(id) ??
  (id.startsWith('RUSTSEC-')
    ? `https://rustsec.org/advisories/${encodeURIComponent(id)}.html`
    : `https://osv.dev/vulnerability/${encodeURIComponent(id)}`)

/** What no advisory tells of. */
const pages: ReadonlyMap<string, string> = new Map([
  ['WRONG-ARCHITECTURE', 'https://docs.docker.com/build/building/multi-platform/'],
])

/** One finding in a sentence or three: what is known, how it got here, what to do. */
export function adviceOf({
  id,
  package: name,
  version,
  kind,
  severity,
  score,
  summary,
  fixed,
  path,
  bump,
}: Finding): string {
  if (kind === 'wrong-architecture')
    return `${name}: ${summary}. Build it for the platform of the image, or leave it out.`
  const rank =
    kind === 'vulnerability' ? ` (${score === null ? severity : `${severity}, ${score.toFixed(1)}`})` : ''
  const way = path.length > 2 ? ` By way of ${path.slice(1, -1).join(' > ')}.` : ''
  return `${name} ${version}: ${kind}${rank}, ${id}${summary === '' ? '' : `: ${summary.replace(/\.$/, '')}`}.${way} ${remedyOf(fixed, bump)}`
}

function remedyOf(fixed: string | null, bump: Finding['bump']): string {
  if (fixed === null) return 'No fixed version is known.'
  if (bump === null) return `Fixed in ${fixed}: build again with it.`
  if (bump.command != null) return `Fixed in ${fixed}: ${bump.command}`
  const blockers = bump.blockedBy.map((parent) => `${parent.name} ${parent.version}`.trim())
  return `Fixed in ${fixed}, which waits for ${blockers.slice(0, 5).join(', ')}.`
}
