import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkEvidence } from './check-evidence.ts'
import { signedBytes, statementOf, statementType } from './statement.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const crypto = {
  sha256,
  isSigned: (bytes: Uint8Array, signature: Uint8Array) => verify(null, bytes, publicKey, signature),
}

const document = Buffer.from('{"kind":"audit"}')
const bare = {
  id: 'ev_12345678',
  kind: 'audit' as const,
  format: 'towpath' as const,
  subject: { commit: 'c'.repeat(40) },
  tool: { name: 'towpath', version: '1' },
  name: 'audit.json',
  document: sha256(document),
  bytes: document.length,
  summary: 'nothing found',
  recordedAt: '2026-03-01T00:00:00.000Z',
  recordedBy: 'ci',
}
const payload = Buffer.from(JSON.stringify(statementOf(bare, 'inst_1')))
const envelope = Buffer.from(
  JSON.stringify({
    payloadType: statementType,
    payload: payload.toString('base64'),
    signatures: [
      { keyid: 'a'.repeat(64), sig: sign(null, signedBytes(payload), privateKey).toString('base64') },
    ],
  }),
)
const record = { ...bare, envelope: sha256(envelope) }

test('evidence holds that is as it was signed', () => {
  expect(checkEvidence({ envelope, document, record }, crypto)).toEqual({
    ok: true,
    record,
    installation: 'inst_1',
  })
})

test('what is signed is what DSSE says', () => {
  const encoded = Buffer.from(signedBytes(Buffer.from('hello world'), 'http://example.com/HelloWorld'))
  expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

test('no byte of envelope or document can be changed', () => {
  const changed = (bytes: Buffer, at: number, by: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ by
    return copy
  }
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, by, isDocument) => {
      const given = isDocument
        ? { envelope, document: changed(document, at, by), record }
        : { envelope: changed(envelope, at, by), document, record }
      expect(checkEvidence(given, crypto).ok).toBe(false)
    }),
  )
})

test('the ledger has its say: another subject, kind or time is told', () => {
  const others = [
    { subject: { commit: 'd'.repeat(40) } },
    { subject: { image: `sha256:${'c'.repeat(64)}` } },
    { kind: 'scan' as const },
    { recordedAt: '2026-03-02T00:00:00.000Z' },
    { recordedBy: 'somebody' },
    { document: 'f'.repeat(64) },
  ]
  for (const other of others)
    expect(checkEvidence({ envelope, document, record: { ...record, ...other } }, crypto).ok).toBe(false)
})

test('another key, noise and nothing are refused and never thrown', () => {
  const stranger = generateKeyPairSync('ed25519').publicKey
  const strange = { sha256, isSigned: (b: Uint8Array, s: Uint8Array) => verify(null, b, stranger, s) }
  expect(checkEvidence({ envelope, document }, strange).ok).toBe(false)
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
      expect(checkEvidence({ envelope: one, document: other }, crypto).ok).toBe(false)
    }),
  )
})
