import { expect, test } from 'vitest'
import { placesFor } from './places.ts'

test('so many seats and no more, and a seat that was left is free again', () => {
  const places = placesFor(2)
  const leave = places.take()
  places.take()
  expect(() => places.take()).toThrow(expect.objectContaining({ code: 'CONNECTIONS_FULL', retryable: true }))
  leave()
  places.take()
  expect(places.taken()).toBe(2)
})

test('leaving twice frees one seat, not two', () => {
  const places = placesFor(2)
  const leave = places.take()
  places.take()
  leave()
  leave()
  expect(places.taken()).toBe(1)
})
