import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ResponseReader } from './response-reader.ts'

const answers = {
  'with a length': 'HTTP/1.1 200 OK\r\nX-Release: 1.2.0\r\nContent-Length: 11\r\n\r\nhello world',
  'in chunks':
    'HTTP/1.1 200 OK\r\nx-release: 1.2.0\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nb\r\n big wide\r\n\r\n0\r\nt: 1\r\n\r\n',
  'after an interim answer':
    'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nX-Release: 1.2.0\r\nContent-Length: 2\r\n\r\nhi',
  'without a body': 'HTTP/1.1 204 No Content\r\nX-Release: 1.2.0\r\n\r\n',
}

const cutUp = (text: string) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 8 })
    .map((cuts) => cuts.toSorted((a, b) => a - b))
    .map((cuts) => [0, ...cuts].map((from, index) => Buffer.from(text.slice(from, cuts[index]))))

describe.each(Object.entries(answers))('an answer %s', (_, text) => {
  test('is complete exactly at its last byte, however the network cuts it up', () => {
    fc.assert(
      fc.property(cutUp(text), (pieces) => {
        const reader = new ResponseReader()
        const readings = pieces.map((piece) => reader.push(piece))
        expect(readings.at(-1)).toBe('complete')
        expect(readings.slice(0, -1).every((reading) => reading === 'more')).toBe(true)
        expect(reader.head?.release).toBe('1.2.0')
      }),
    )
  })

  test('is truncated when the connection ends anywhere before its last byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        const reader = new ResponseReader()
        expect(reader.push(Buffer.from(text.slice(0, length)))).toBe('more')
        expect(reader.end()).toBe(false)
      }),
    )
  })

  test('with a byte too many is malformed', () => {
    expect(new ResponseReader().push(Buffer.from(`${text}x`))).toBe('malformed')
  })
})

test('an answer without a length ends with its connection', () => {
  const reader = new ResponseReader()
  expect(reader.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nsome'))).toBe('more')
  expect(reader.end()).toBe(true)
})

test.each(['nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'])(
  'what is not HTTP is malformed: %j',
  (text) => {
    expect(new ResponseReader().push(Buffer.from(text))).toBe('malformed')
  },
)

test.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', false],
  ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false],
])('keeps the connection only where the server does: %j', (text, keepAlive) => {
  const reader = new ResponseReader()
  reader.push(Buffer.from(text))
  expect(reader.head?.keepAlive).toBe(keepAlive)
})
