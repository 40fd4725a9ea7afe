import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeLayers } from './merge.ts'
import { isPlainMap } from './yaml-tree.ts'
import type { Plain } from './yaml-tree.ts'

const { tree } = fc.letrec<{ tree: Plain; map: Plain; leaf: Plain }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('map')),
  leaf: fc.oneof(
    fc.integer(),
    fc.constantFrom('a', 'b'),
    fc.boolean(),
    fc.array(fc.integer(), { maxLength: 2 }),
  ),
  map: fc.dictionary(fc.constantFrom('p', 'q', 'r'), tie('tree'), { maxKeys: 3 }),
}))

test('maps merge by key, lists and scalars replace', () => {
  const under = { keep: 5, freeze: ['a'], strategy: { drain: '10s', bake: '60s' } }
  const over = { freeze: [], strategy: { bake: '5m' } }
  expect(mergeLayers(under, over)).toEqual({ keep: 5, freeze: [], strategy: { drain: '10s', bake: '5m' } })
})

test('what lies over wins, whole or leaf by leaf', () => {
  const holds = (merged: Plain | undefined, over: Plain): boolean =>
    isPlainMap(over) && isPlainMap(merged)
      ? Object.entries(over).every(([key, value]) => holds(merged[key], value))
      : JSON.stringify(merged) === JSON.stringify(over)
  fc.assert(fc.property(tree, tree, (under, over) => holds(mergeLayers(under, over), over)))
})

test('merging a layer twice is merging it once, and an absent layer changes nothing', () => {
  fc.assert(
    fc.property(tree, tree, (under, over) => {
      const once = mergeLayers(under, over)
      expect(mergeLayers(once, over)).toEqual(once)
      expect(mergeLayers(under, undefined)).toEqual(under)
      expect(mergeLayers(undefined, over)).toEqual(over)
    }),
  )
})

test('no layer is changed by a merge', () => {
  fc.assert(
    fc.property(tree, tree, (under, over) => {
      const before = JSON.stringify([under, over])
      mergeLayers(under, over)
      expect(JSON.stringify([under, over])).toBe(before)
    }),
  )
})
