import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonLog } from './json-log.ts'
import { knownSecrets, learningStore } from './known-secrets.ts'

const open = () => {
  const lines: string[] = []
  const secrets = knownSecrets()
  const log = jsonLog({
    write: (line) => lines.push(line),
    redact: secrets.redact,
    now: () => '2026-01-01T00:00:00Z',
  })
  return { lines, secrets, log }
}

describe('the log', () => {
  test('writes one JSON object a line', () => {
    const { lines, log } = open()
    log.warn({ environment: 'staging', error: 'over\ntwo lines' }, 'step failed')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.trimEnd()).not.toContain('\n')
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      at: '2026-01-01T00:00:00Z',
      level: 'warn',
      message: 'step failed',
      environment: 'staging',
      error: 'over\ntwo lines',
    })
  })

  test('lets no value through that was opened as a secret, however deep, and stays JSON', () => {
    const secret = fc.string({ minLength: 6 }).filter((text) => text.trim().length >= 6)
    fc.assert(
      fc.property(secret, fc.string(), (value, around) => {
        const { lines, secrets, log } = open()
        secrets.learn([value])
        log.error({ error: `${around}${value}`, deep: [{ url: `x${value}x` }] }, 'request failed')
        const { error, deep } = JSON.parse(lines[0] ?? '') as { error: string; deep: [{ url: string }] }
        expect(error).not.toContain(value)
        expect(deep[0].url).not.toContain(value)
      }),
    )
  })

  test('knows a secret from the moment it is opened', async () => {
    const { lines, secrets, log } = open()
    const store = learningStore(
      { open: async () => new Map([['TOKEN', 'correct-horse']]), recipient: async () => 'age1' },
      secrets,
    )
    await store.open(new Uint8Array())
    log.info({ url: 'https://correct-horse@example' }, 'asked')
    expect(lines[0]).not.toContain('correct-horse')
  })
})
