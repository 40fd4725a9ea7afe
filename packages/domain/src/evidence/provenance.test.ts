import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEvidence } from './read-document.ts'
import { describeIdentity, identityProblem } from './provenance.ts'
import type { BuildIdentity } from './provenance.ts'
import type { ProvenanceDemand } from './provenance-demand.ts'
import { someCommit, someIdentity, somePlace } from './testing/some-evidence.ts'

const now = '2026-03-10T12:00:00.000Z'
const problemOf = (
  identity: Partial<BuildIdentity>,
  demand: Partial<ProvenanceDemand> = {},
  { commits = [someCommit], signedAt = now } = {},
): string | null =>
  identityProblem(
    { identity: { ...someIdentity, ...identity }, signedAt },
    { demand: { ...somePlace, ...demand }, commits, now },
  )

const days = (count: number): number => count * 86_400_000

describe('an identity', () => {
  test('that is the one demanded has no problem', () => {
    expect(problemOf({})).toBeNull()
    expect(describeIdentity(someIdentity)).toBe(
      'https://github.com/acme/shop, .github/workflows/build.yml@refs/heads/main, commit cccccccccccc, github-hosted',
    )
  })

  const wrong: [string, Partial<BuildIdentity>, string][] = [
    [
      'another repository',
      { repository: 'https://github.com/evil/shop' },
      'it was built in https://github.com/evil/shop',
    ],
    ['a repository whose name begins alike', { repository: 'https://github.com/acme/shop-2' }, 'built in'],
    ['another host', { repository: 'https://ghe.example.com/acme/shop' }, 'built in'],
    ['another workflow', { signer: someIdentity.signer.replace('build', 'test') }, 'signed by'],
    ['a workflow in another case', { signer: someIdentity.signer.replace('build', 'Build') }, 'signed by'],
    [
      'a workflow whose name begins alike',
      { signer: someIdentity.signer.replace('.yml', '.yml.yml') },
      'signed by',
    ],
    [
      "somebody else's workflow of that name",
      { signer: someIdentity.signer.replace('acme', 'evil') },
      'signed by',
    ],
    ['another branch', { ref: 'refs/heads/main2' }, 'built from refs/heads/main2'],
    ['another issuer', { issuer: 'https://evil.example.com' }, 'https://evil.example.com vouched'],
    ['another commit', { commit: 'd'.repeat(40) }, 'built from commit dddd'],
  ]
  test.each(wrong)('of %s is told apart', (_what, identity, words) => {
    expect(problemOf(identity)).toContain(words)
  })

  test('of a proposal is nobody’s, whatever ref is asked for', () => {
    for (const ref of ['refs/pull/7/merge', 'refs/pull/7/head', 'refs/merge-requests/7/head'])
      expect(
        problemOf({ ref, signer: someIdentity.signer.replace('refs/heads/main', ref) }, { refs: [] }),
      ).toContain('a proposal')
    expect(problemOf({ ref: 'refs/heads/pull/7' }, { refs: [] })).toBeNull()
  })

  test('that leaves anything out is never the one demanded', () => {
    for (const key of ['signer', 'issuer', 'repository', 'ref', 'commit'] as const)
      expect(problemOf({ [key]: '' })).not.toBeNull()
  })

  test('may be of a reusable workflow, if that is the one demanded', () => {
    const signer = 'https://github.com/acme/ci/.github/workflows/docker.yml@refs/tags/v1'
    expect(problemOf({ signer }, { workflows: ['acme/ci/.github/workflows/docker.yml'] })).toBeNull()
    expect(problemOf({ signer })).toContain('signed by')
    expect(problemOf({}, { workflows: ['acme/ci/.github/workflows/build.yml'] })).toContain('signed by')
  })

  test('of a host of its own, refs by their beginning, and names in any case are understood', () => {
    const at = (text: string): string => text.replace('github.com', 'ghe.example.com')
    const own = { repository: at(someIdentity.repository), signer: at(someIdentity.signer) }
    expect(problemOf(own, { repositories: ['https://ghe.example.com/acme/shop'] })).toBeNull()
    expect(problemOf({ ref: 'refs/tags/v1.2.3' }, { refs: ['refs/tags/v*'] })).toBeNull()
    expect(problemOf({ ref: 'refs/heads/v1' }, { refs: ['refs/tags/v*'] })).not.toBeNull()
    expect(problemOf({}, { refs: [] })).toBeNull()
    expect(problemOf({}, { repositories: ['ACME/Shop'] })).toBeNull()
  })

  test('cannot be of two repositories, which is what a commit asks that names another one', () => {
    expect(problemOf({}, { repositories: ['acme/fork', 'acme/shop'] })).toContain('acme/fork and acme/shop')
  })

  test('is too old, or not yet signed, by the clock of whoever asks', () => {
    const signedAt = '2026-02-10T12:00:00.000Z'
    expect(problemOf({}, { maxAgeMs: days(27) }, { signedAt })).toContain('longer ago')
    expect(problemOf({}, { maxAgeMs: days(28) }, { signedAt })).toBeNull()
    expect(problemOf({}, {}, { signedAt: '2026-03-11T12:00:00.000Z' })).toContain('yet to come')
    expect(problemOf({}, {}, { signedAt: 'some day' })).not.toBeNull()
  })

  test('of a build that names no commit is not held against any', () => {
    expect(problemOf({ commit: 'd'.repeat(40) }, {}, { commits: [] })).toBeNull()
  })
})

const bundleOf = (statement: unknown, given: object = {}): string =>
  JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {},
    dsseEnvelope: {
      payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'AAAA' }],
    },
    ...given,
  })
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'shop', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {
        workflow: {
          repository: 'https://github.com/acme/shop',
          path: '.github/workflows/build.yml',
          ref: 'refs/heads/main',
        },
      },
    },
    runDetails: { builder: { id: 'https://github.com/actions/runner' } },
  },
}

describe('a bundle', () => {
  test('is read as provenance of the images that its statement names', () => {
    expect(readEvidence(bundleOf(statement))).toMatchObject({
      ok: true,
      kind: 'provenance',
      format: 'sigstore-bundle',
      images: [`sha256:${'a'.repeat(64)}`],
      summary:
        'says that 1 subject was built by .github/workflows/build.yml of https://github.com/acme/shop at refs/heads/main',
    })
  })

  test.each([
    ['of an SBOM', { ...statement, predicateType: 'https://cyclonedx.org/bom' }],
    ['of a package by SHA-512 alone', { ...statement, subject: [{ digest: { sha512: 'a' } }] }],
    ['without a subject', { ...statement, subject: [] }],
    ['without a builder', { ...statement, predicate: {} }],
    ['of nothing', {}],
  ])('%s is refused', (_what, other) => {
    expect(readEvidence(bundleOf(other)).ok).toBe(false)
  })

  test('that signs a file, or is of a form to come, is refused', () => {
    expect(readEvidence(bundleOf(statement, { dsseEnvelope: undefined })).ok).toBe(false)
    expect(
      readEvidence(bundleOf(statement, { mediaType: 'application/vnd.dev.sigstore.bundle.v9+json' })).ok,
    ).toBe(false)
  })

  test('with anything for a statement gives a reading and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (anything) => {
        expect(readEvidence(bundleOf(anything)).ok).toBe(false)
      }),
    )
  })
})
