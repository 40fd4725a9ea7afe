import { expect, test } from 'vitest'
import { noEvidencePolicy } from '../evidence/evidence-policy.ts'
import type { CheckedAttestation } from '../evidence/provenance.ts'
import type { ProvenanceDemand } from '../evidence/provenance-demand.ts'
import {
  goodEvidence,
  present,
  someAttestation,
  someIdentity,
  somePlace,
} from '../evidence/testing/some-evidence.ts'
import type { GateFacts } from './gate-facts.ts'
import type { GateAnswer } from './gate.ts'
import { provenanceGate } from './provenance.ts'

const now = '2026-03-10T12:00:00.000Z'
const good = someAttestation(now)
const elsewhere: CheckedAttestation = {
  ...good,
  id: 'ev_2',
  state: 'verified',
  identity: { ...someIdentity, repository: 'https://github.com/evil/shop' },
  signedAt: now,
}
const altered: CheckedAttestation = {
  id: 'ev_3',
  state: 'refused',
  why: 'the statement is not the one that was signed',
}
const foreign: CheckedAttestation = { id: 'ev_4', state: 'no-root', issuedBy: 'Fulcio Intermediate l2' }

function answerTo(
  attestations: readonly CheckedAttestation[],
  provenance: ProvenanceDemand | undefined = somePlace,
): GateAnswer {
  const evidence = goodEvidence(now)
  const images = evidence.images.map((image) => ({
    ...image,
    provenance: present({ attestations, commits: [] }, now),
  }))
  return provenanceGate.evaluate({
    now,
    policy: { evidence: { ...noEvidencePolicy, gates: ['provenance'], provenance } },
    release: { version: '1.0.0' },
    evidence: { ...evidence, images },
  } as unknown as GateFacts)
}

test('an image that was built where the policy says passes, and it is told where', () => {
  expect(answerTo([good])).toMatchObject({
    answer: 'pass',
    why: expect.stringContaining('.github/workflows/build.yml@refs/heads/main, commit cccccccccccc'),
  })
})

test('one attestation that holds is enough, whatever was brought after it', () => {
  for (const others of [[elsewhere], [altered], [foreign], [altered, foreign, elsewhere]])
    expect(answerTo([...others, good]).answer).toBe('pass')
})

test('each way of not holding has its own words, and the command that mends it', () => {
  expect(answerTo([elsewhere])).toMatchObject({
    answer: 'fail',
    why: expect.stringContaining('ev_2: it was built in https://github.com/evil/shop'),
    fix: expect.stringContaining('acme/shop'),
  })
  expect(answerTo([altered])).toMatchObject({
    answer: 'fail',
    why: expect.stringContaining('ev_3 does not hold'),
  })
  expect(answerTo([foreign])).toMatchObject({
    answer: 'unknown',
    why: expect.stringContaining('Fulcio Intermediate l2'),
    fix: expect.stringContaining('--trusted-root'),
  })
  expect(answerTo([])).toMatchObject({
    answer: 'unknown',
    fix: expect.stringContaining('gh attestation download'),
  })
})

test('a policy that names no repository or no workflow lets nothing pass', () => {
  expect(answerTo([good], { ...somePlace, repositories: [] }).answer).toBe('unknown')
  expect(answerTo([good], { ...somePlace, workflows: [] }).answer).toBe('unknown')
})
