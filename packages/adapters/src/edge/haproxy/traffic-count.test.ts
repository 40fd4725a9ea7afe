import { describe, expect, it } from 'vitest'
import { TrafficCounter } from './traffic-count.ts'

const line = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    timeMs: 1_000,
    totalMs: 5,
    entry: 'public',
    service: 'api',
    slot: 's1',
    release: '1.0.0',
    status: 200,
    answerMs: 4,
    termination: '--',
    ...changes,
  })
const counting = (...lines: string[]): TrafficCounter => {
  const counter = new TrafficCounter(0)
  for (const text of lines) counter.count(text)
  return counter
}

describe('TrafficCounter', () => {
  it.each([
    ['an answer of the service', {}, 0],
    ['a 404', { status: 404 }, 0],
    ['a 500 of the service', { status: 500 }, 1],
    ['a 503 of the edge, because nobody answered', { status: 503, answerMs: -1, termination: 'SC' }, 1],
    ['an answer that the service broke off', { status: 200, termination: 'SD' }, 1],
    ['an answer that stopped coming', { status: 200, termination: 'sD' }, 1],
    ['a client that went away while it waited', { status: -1, answerMs: -1, termination: 'CH' }, 0],
    ['a client that went away in the middle', { status: 200, termination: 'CD' }, 0],
    ['a request that the edge could not even begin', { status: -1, answerMs: -1, termination: 'RC' }, 1],
    ['a malformed request that the edge refused', { status: 400, answerMs: -1, termination: 'PR' }, 0],
    ['a stream that was cut by us', { status: 200, termination: 'KD' }, 0],
    ['a WebSocket', { status: 101, totalMs: 90_000 }, 0],
  ])('%s is one request and counts as so many errors', (_what, changes, errors) => {
    expect(counting(line(changes)).traffic()).toMatchObject([{ requests: 1, errors }])
  })

  it('has the time until an answer began, and none of streams or of what got no answer', () => {
    const counter = counting(
      line({ answerMs: 100, totalMs: 90_000 }),
      line({ status: 101 }),
      line({ status: 503, answerMs: -1 }),
    )
    expect(counter.traffic()[0]?.latency).toEqual({ 49: 1 })
  })

  it('leaves out probes, slots without a release, and what ended before it began to count', () => {
    const counter = new TrafficCounter(2_000)
    counter.count(line({ timeMs: 2_000, entry: 'private' }))
    counter.count(line({ timeMs: 2_000, slot: '', release: '-' }))
    counter.count(line({ timeMs: 1_900, totalMs: 99 }))
    expect(counter.traffic()).toEqual([])
    counter.count(line({ timeMs: 1_900, totalMs: 100 }))
    expect(counter.traffic()).toHaveLength(1)
  })

  it('passes over what is no line of ours', () => {
    const counter = counting(
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"entry":"public"}',
      line({ status: '200' }),
      line(),
    )
    expect(counter.malformed).toBe(7)
    expect(counter.traffic()).toMatchObject([{ requests: 1 }])
  })

  it('forgets the release that was asked longest ago once there are more than 64', () => {
    const many = Array.from({ length: 70 }, (_, number) => [
      line({ release: `1.${number}` }),
      line({ release: 'kept' }),
    ]).flat()
    const traffic = counting(...many).traffic()
    expect(traffic).toHaveLength(64)
    expect(traffic.find(({ release }) => release === 'kept')?.requests).toBe(70)
    expect(traffic.some(({ release }) => release === '1.0')).toBe(false)
  })
})
