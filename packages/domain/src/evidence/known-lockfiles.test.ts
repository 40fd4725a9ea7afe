import { expect, test } from 'vitest'
import { isOfRelease, joinLockfiles, unauditedIn } from './known-lockfiles.ts'
import { mergeAudits } from './merge-audits.ts'
import { readEvidence } from './read-document.ts'
import { someAudit } from './testing/some-evidence.ts'

const at = '2026-03-10T12:00:00.000Z'

test('audits of parts leave open what none of them looked at, and nothing once all was looked at', () => {
  const part = (...audited: string[]) => ({
    facts: someAudit(at, { files: audited, repository: { all: ['Cargo.lock', 'web/yarn.lock'], audited } }),
    recordedAt: at,
  })
  const leftBy = (...audits: ReturnType<typeof part>[]) => {
    const repository = mergeAudits(audits)?.facts.repository
    return repository == null ? null : unauditedIn(repository)
  }
  expect(leftBy(part('Cargo.lock'))).toEqual(['web/yarn.lock'])
  expect(leftBy(part('Cargo.lock'), part('web/yarn.lock'))).toEqual([])
})

test('where no audit says which lockfiles there are, nobody knows of one that is missing', () => {
  const bare = { facts: someAudit(at), recordedAt: at }
  expect(mergeAudits([bare])?.facts.repository).toBeUndefined()
  expect(joinLockfiles([null, undefined])).toBeNull()
})

test('lockfiles of fixtures are none of a release', () => {
  expect(['a/fixtures/Cargo.lock', 'testdata/go.mod', 'fixtures.d/Cargo.lock'].map(isOfRelease)).toEqual([
    false,
    false,
    true,
  ])
})

test('an audit of a part says so in one line', () => {
  const read = readEvidence(
    JSON.stringify({
      ...{ kind: 'audit', tool: { name: 'towpath', version: '1' }, findings: [], unknowns: [] },
      lockfiles: [{ file: 'Cargo.lock', components: 3 }],
      advisories: { newest: at, count: 1 },
      repository: { all: ['Cargo.lock', 'web/yarn.lock'], audited: ['Cargo.lock'] },
    }),
  )
  expect(read).toMatchObject({ ok: true, summary: expect.stringContaining('1 of 2 lockfiles not audited') })
})
