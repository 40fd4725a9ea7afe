import { expect, test } from 'vitest'
import { deploymentIdShape } from '../http/endpoint.ts'
import { makeId } from './make-id.ts'

test('an id is one that the API takes', () => {
  expect(deploymentIdShape.safeParse(makeId('dep')).success).toBe(true)
})

test('many ids of one moment are all different', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => makeId('x'))).size).toBe(10_000)
})
