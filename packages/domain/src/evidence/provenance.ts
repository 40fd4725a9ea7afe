import type { ProvenanceDemand } from './provenance-demand.ts'

/**
 * Who signed an attestation, as its certificate says: the subject's alternative name and the extensions that Fulcio
 * defines below 1.3.6.1.4.1.57264.1 (sigstore/fulcio, docs/oid-info.md). What a certificate leaves out is empty.
 */
export interface BuildIdentity {
  /** URI of the workflow that signed, with `@REF`; of a reusable one, its own. */
  signer: string
  /** OIDC issuer that vouched for it (.8). */
  issuer: string
  /** URI of the repository whose run it was (.12). */
  repository: string
  /** Ref that the run was started for (.14). */
  ref: string
  /** Commit that the run was started for (.13). */
  commit: string
  /** `github-hosted` or `self-hosted` (.11). */
  runner: string
}

/** What cryptography says of a bundle, whoever brought it. */
export type AttestationVerdict =
  | {
      state: 'verified'
      identity: BuildIdentity
      /** RFC 3339; by a log or a timestamp authority. */
      signedAt: string
      /** The in-toto statement, byte for byte as it was signed. */
      payload: Uint8Array
    }
  | { state: 'refused'; why: string }
  /** No root of trust of this server knows who issued the certificate. */
  | { state: 'no-root'; issuedBy: string }

/** The same, as far as a gate weighs it. */
export type CheckedAttestation = { id: string } & (
  | { state: 'verified'; identity: BuildIdentity; signedAt: string }
  | Exclude<AttestationVerdict, { state: 'verified' }>
)

/** All attestations of one image, newest first, and the commits that its builds say they were made of. */
export interface ProvenanceFacts {
  attestations: readonly CheckedAttestation[]
  commits: readonly string[]
}

/** Clocks of two machines differ by less. */
const CLOCK_SKEW_MS = 5 * 60_000

/** Why a verified identity is not the one that is demanded; null where it is. */
export function identityProblem(
  { identity, signedAt }: { identity: BuildIdentity; signedAt: string },
  { demand, commits, now }: { demand: ProvenanceDemand; commits: readonly string[]; now: string },
): string | null {
  const { repository, signer, ref, issuer, commit } = identity
  if (!demand.repositories.every((name) => isSameUri(repository, repositoryUri(name))))
    return `it was built in ${repository || 'no repository'}, ${asks(demand.repositories)}`
  if (!demand.workflows.every((workflow) => isSignedBy(signer, workflowUri(workflow, repository))))
    return `it was signed by ${signer || 'nobody'}, ${asks(demand.workflows)}`
  const from = refProblem(ref, demand.refs)
  if (from !== null) return from
  if (!demand.issuers.every((name) => name === issuer))
    return `${issuer || 'nobody'} vouched for its workflow, ${asks(demand.issuers)}`
  if (commits.length > 0 && !commits.includes(commit))
    return `it was built from commit ${commit || 'that it does not name'}, and the release says ${commits.join(' and ')}`
  return agedProblem(signedAt, { maxAgeMs: demand.maxAgeMs, now })
}

const asks = (values: readonly string[]): string => `and this environment asks for ${values.join(' and ')}`

function refProblem(ref: string, patterns: readonly string[]): string | null {
  if (isProposal(ref)) return `it was built from ${ref}, a proposal, which may hold anybody's code`
  return patterns.every((pattern) => isRefOf(ref, pattern))
    ? null
    : `it was built from ${ref || 'no ref'}, ${asks(patterns)}`
}

function agedProblem(
  signedAt: string,
  { maxAgeMs, now }: { maxAgeMs: number | null; now: string },
): string | null {
  const ageMs = Date.parse(now) - Date.parse(signedAt)
  if (!(ageMs >= -CLOCK_SKEW_MS)) return `it was signed at ${signedAt}, which is yet to come`
  return maxAgeMs === null || ageMs <= maxAgeMs
    ? null
    : `it was signed at ${signedAt}, longer ago than this environment allows`
}

const repositoryUri = (name: string): string =>
  name.startsWith('https://') ? name : `https://github.com/${name}`

/** GitHub tells owners and repositories apart whatever their case. */
const isSameUri = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

function workflowUri(workflow: string, repository: string): { repository: string; file: string } {
  const at = workflow.indexOf('.github/workflows/')
  if (at === 0) return { repository, file: workflow }
  const host = URL.canParse(repository) ? new URL(repository).origin : ''
  return { repository: `${host}/${workflow.slice(0, at - 1)}`, file: workflow.slice(at) }
}

/** The file is compared exactly: to git, `Build.yml` is another one than `build.yml`. */
const isSignedBy = (signer: string, { repository, file }: { repository: string; file: string }): boolean =>
  isSameUri(signer.slice(0, repository.length), repository) &&
  signer.slice(repository.length).startsWith(`/${file}@`)

/** Of GitHub and GitLab. A fork's code runs under them as its target repository's own. */
const isProposal = (ref: string): boolean => /^refs\/(?:pull|merge-requests)\//.test(ref)

const isRefOf = (ref: string, pattern: string): boolean =>
  pattern.endsWith('*') ? ref.startsWith(pattern.slice(0, -1)) : ref === pattern

/** `acme/shop, .github/workflows/build.yml@refs/heads/main, commit 0123456789ab`. */
export function describeIdentity({ repository, signer, commit, runner }: BuildIdentity): string {
  const own = `${repository}/`
  const workflow = signer.startsWith(own) ? signer.slice(own.length) : signer
  return [repository, workflow, `commit ${commit.slice(0, 12)}`, ...(runner === '' ? [] : [runner])].join(
    ', ',
  )
}
