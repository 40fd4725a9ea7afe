import { expect, test } from 'vitest'
import { rotation, wireRequest } from './target-rotation.ts'

test('every stretch of the load holds the targets by their weights', () => {
  const next = rotation([
    { value: 'a', weight: 5 },
    { value: 'b', weight: 3 },
    { value: 'c', weight: 2 },
  ])
  for (let round = 0; round < 3; round += 1) {
    const drawn = Array.from({ length: 10 }, next)
    expect(['a', 'b', 'c'].map((name) => drawn.filter((value) => value === name).length)).toEqual([5, 3, 2])
  }
})

test('a body is announced by its length in bytes', () => {
  const { wire, address } = wireRequest({
    url: 'http://127.0.0.1:81/items?a=1',
    method: 'POST',
    host: 'shop.test',
    body: '{"name":"ü"}',
  })
  expect(address).toBe('127.0.0.1:81')
  expect(wire).toMatch(/^POST \/items\?a=1 HTTP\/1\.1\r\nHost: shop\.test\r\n/)
  expect(wire).toContain('Content-Length: 13\r\n')
  expect(Buffer.from(wire, 'latin1').toString()).toContain('{"name":"ü"}')
})

test('a URL of another protocol is refused', () => {
  expect(() => wireRequest({ url: 'https://127.0.0.1/' })).toThrow('http only')
})
