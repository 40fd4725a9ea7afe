import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NewEvent } from '@towpath/domain/ledger/event.ts'
import { sampleEvent } from '../sample-ledger.ts'
import { GENESIS_HASH, chainHash, readBody, writeBody } from './event-body.ts'

const place = { seq: 7, at: '2026-01-02T03:04:05.000Z' }
const anyText = fc.string({ unit: 'binary', maxLength: 20 })

describe('the body of an event', () => {
  test('has its keys in one order and leaves out what the event does not have', () => {
    const full = { service: 'backend', deployment: 'd1', release: '1.0.0', environment: 'staging' }
    const event = { ...sampleEvent('k1', full), request: 'r1' }
    expect(Object.keys(JSON.parse(writeBody(event, place)))).toEqual([
      ...[
        'seq',
        'at',
        'type',
        'actor',
        'idem',
        'request',
        'environment',
        'release',
        'deployment',
        'service',
        'data',
      ],
    ])
    expect(writeBody(sampleEvent('k1'), place)).toBe(
      '{"seq":7,"at":"2026-01-02T03:04:05.000Z","type":"image.deleted","actor":"towpath","idem":"k1","data":{"image":"registry.example/backend@k1"}}',
    )
  })

  test('reads back as the event that was written, whatever well-formed text it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const event = { ...sampleEvent('k1'), actor: text.replaceAll('\0', '') }
        expect(readBody(writeBody(event, place))).toEqual({ ...event, ...place })
      }),
    )
  })

  test('never holds what PostgreSQL cannot store, in keys or values, and stays JSON', () => {
    fc.assert(
      fc.property(anyText, anyText, (key, value) => {
        const data = { image: `\0${value}\ud800`, [`\0${key}`]: value }
        const body = writeBody({ ...sampleEvent('k1'), data } as NewEvent, place)
        const stored = readBody(body).data as Record<string, string>
        for (const text of Object.entries(stored).flat()) {
          expect(text).not.toContain('\0')
          expect(text.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('keeps a backslash before u0000 that is only text', () => {
    const event = { ...sampleEvent('k1'), actor: String.raw`C:\u0000` }
    expect(readBody(writeBody(event, place)).actor).toBe(String.raw`C:\u0000`)
  })

  test.each([
    ['a body beyond one megabyte', { actor: 'x'.repeat(1024 * 1024) }],
    ['a key too long for its index', { idem: 'x'.repeat(600) }],
    ['a label too long for its index', { environment: 'é'.repeat(300) }],
  ])('is refused with %s', (_, part) => {
    expect(() => writeBody({ ...sampleEvent('k1'), ...part }, place)).toThrow(
      expect.objectContaining({ code: 'EVENT_TOO_LARGE' }),
    )
  })

  test('is hashed together with everything before it', () => {
    const first = chainHash(GENESIS_HASH, 'a')
    expect(chainHash(first, 'b')).not.toEqual(chainHash(chainHash(GENESIS_HASH, 'A'), 'b'))
    expect(first.toString('hex')).toBe('41a0370c3d9f42773a59e8e01651911cf43b1e3f66944cbb690029debc4eb647')
  })
})
