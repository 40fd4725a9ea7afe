import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLedgerKey } from './ledger-key.ts'
import { signedHeadSchema, verifySignedHead } from './signed-head.ts'

const head = { installation: 'i-1', seq: 12, hash: 'ab'.repeat(32), at: '2026-01-02T03:04:05.000Z' }
let stateDir: string

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'towpath-key-'))
})
afterAll(() => rm(stateDir, { recursive: true, force: true }))

describe('the key of a ledger', () => {
  test('is made once and only its owner can read it', async () => {
    const keys = await Promise.all([
      openLedgerKey(stateDir),
      openLedgerKey(stateDir),
      openLedgerKey(stateDir),
    ])
    expect(new Set(keys.map((key) => key.publicKeyPem)).size).toBe(1)
    expect((await stat(join(stateDir, 'ledger-key.pem'))).mode & 0o777).toBe(0o600)
  })

  test('is never replaced when it cannot be read', async () => {
    const broken = join(stateDir, 'broken')
    await openLedgerKey(broken)
    await writeFile(join(broken, 'ledger-key.pem'), 'not a key')
    await expect(openLedgerKey(broken)).rejects.toMatchObject({ code: 'LEDGER_KEY_UNREADABLE' })
  })
})

describe('a signed head', () => {
  test('is accepted as it was signed', async () => {
    const key = await openLedgerKey(stateDir)
    const signed = key.sign(head)
    expect(signedHeadSchema.parse(JSON.parse(JSON.stringify(signed)))).toEqual(signed)
    expect(verifySignedHead(key.publicKeyPem, signed)).toBe(true)
  })

  test.each([
    ['seq', { seq: 13 }],
    ['hash', { hash: 'cd'.repeat(32) }],
    ['time', { at: '2026-01-02T03:04:06.000Z' }],
    ['installation', { installation: 'i-2' }],
    ['signature', { signature: Buffer.alloc(64).toString('base64') }],
    ['shape', { installation: 'i-1\n12' }],
  ])('is refused with another %s', async (_, part) => {
    const key = await openLedgerKey(stateDir)
    expect(verifySignedHead(key.publicKeyPem, { ...key.sign(head), ...part })).toBe(false)
  })

  test('is refused under the key of another installation', async () => {
    const [ours, other] = await Promise.all([openLedgerKey(stateDir), openLedgerKey(join(stateDir, 'other'))])
    expect(verifySignedHead(other.publicKeyPem, ours.sign(head))).toBe(false)
  })
})
