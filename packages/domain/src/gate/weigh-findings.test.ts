import { expect, test } from 'vitest'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'
import { everyGate, someFinding } from '../evidence/testing/some-evidence.ts'
import { weighFinding } from './weigh-findings.ts'

const now = '2026-03-10T12:00:00.000Z'
const day = (days: number): string => new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10)
const firstSeen = {}

test('a program that the image cannot run blocks whatever severity or time is given, and a waiver lets it pass', () => {
  const foreign = someFinding({ id: 'WRONG-ARCHITECTURE', kind: 'wrong-architecture', fixed: null })
  const asked: EvidencePolicy = { ...everyGate, severity: 'critical', onlyFixable: true }
  expect(weighFinding(foreign, { policy: asked, now, firstSeen })).toBe('blocks')
  const waiver = { owner: 'ann', reason: 'called by nobody', expires: day(1), status: 'not_affected' }
  expect(weighFinding({ ...foreign, waiver }, { policy: asked, now, firstSeen })).toBe('waived')
  expect(
    weighFinding({ ...foreign, waiver: { ...waiver, expires: day(-1) } }, { policy: asked, now, firstSeen }),
  ).toBe('blocks')
})
