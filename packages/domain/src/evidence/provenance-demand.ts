import { duration } from '../config/duration-text.ts'

/**
 * Where images have to be built. Every value of every list has to hold: each list has one, and several only where a
 * commit asks for another place than the accepted policy, which no image can satisfy until an admin decides.
 */
export interface ProvenanceDemand {
  /** `OWNER/NAME` on github.com, or `https://HOST/OWNER/NAME`. */
  repositories: string[]
  /** `.github/workflows/FILE` of the repository, or `OWNER/NAME/.github/workflows/FILE` of another on the same host. */
  workflows: string[]
  /** `refs/heads/main`; one that ends in `*` stands for all that begin so. Empty is any. */
  refs: string[]
  /** URLs of the OIDC issuer that vouched for the workflow. */
  issuers: string[]
  /** How long ago it may have been signed; null is any time. */
  maxAgeMs: number | null
}

const listed = ['repositories', 'workflows', 'refs', 'issuers'] as const

/** As strict as both, whichever comes first. */
export const stricterDemand = (one: ProvenanceDemand, other: ProvenanceDemand): ProvenanceDemand => ({
  repositories: union(one.repositories, other.repositories),
  workflows: union(one.workflows, other.workflows),
  refs: union(one.refs, other.refs),
  issuers: union(one.issuers, other.issuers),
  maxAgeMs:
    one.maxAgeMs === null || other.maxAgeMs === null
      ? (one.maxAgeMs ?? other.maxAgeMs)
      : Math.min(one.maxAgeMs, other.maxAgeMs),
})

const union = (one: readonly string[], other: readonly string[]): string[] =>
  [...new Set([...one, ...other])].toSorted()

/** Each point in which `asked` is looser than `accepted`, both sides as text. */
export function demandLoosenings(
  accepted: ProvenanceDemand,
  asked: ProvenanceDemand,
): { accepted: string; asked: string }[] {
  const places = listed
    .filter((list) => accepted[list].some((value) => !asked[list].includes(value)))
    .map((list) => ({ accepted: tell(list, accepted[list]), asked: tell(list, asked[list]) }))
  const isOlder = accepted.maxAgeMs !== null && !((asked.maxAgeMs ?? Infinity) <= accepted.maxAgeMs)
  const age = { accepted: tellAge(accepted.maxAgeMs), asked: tellAge(asked.maxAgeMs) }
  return [...places, ...(isOlder ? [age] : [])]
}

/** One line for people. */
export const describeDemand = (demand: ProvenanceDemand): string =>
  [
    ...listed.filter((list) => demand[list].length > 0).map((list) => tell(list, demand[list])),
    ...(demand.maxAgeMs === null ? [] : [tellAge(demand.maxAgeMs)]),
  ].join(', ')

const words = { repositories: 'built in', workflows: 'signed by', refs: 'from', issuers: 'vouched for by' }
const anything = {
  repositories: 'any repository',
  workflows: 'any workflow',
  refs: 'any ref',
  issuers: 'any issuer',
}

const tell = (list: (typeof listed)[number], values: readonly string[]): string =>
  `${words[list]} ${values.length === 0 ? anything[list] : values.join(' and ')}`

const tellAge = (maxAgeMs: number | null): string =>
  maxAgeMs === null ? 'signed at any time' : `signed at most ${duration(maxAgeMs)} ago`
