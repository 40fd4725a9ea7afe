import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { baseImageOf, partOfLayer } from './base-image.ts'
import type { HistoryEntry } from './base-image.ts'

const layer = (createdBy = 'RUN step'): HistoryEntry => ({ createdBy, isEmpty: false })
const setting = (createdBy: string): HistoryEntry => ({ createdBy, isEmpty: true })
const command = setting('CMD ["bash"]')
const none = new Map<string, string>()

const layersOf = (
  history: readonly HistoryEntry[],
  layers = history.filter(({ isEmpty }) => !isEmpty).length,
) => baseImageOf(history, { annotations: none, layers })?.layers ?? null

describe('the base of an image', () => {
  const debian = [layer('/bin/sh -c #(nop) ADD file:1 in / '), setting('/bin/sh -c #(nop)  CMD ["bash"]')]
  const node = [...debian, setting('ENV NODE_VERSION=24'), layer(), layer(), setting('CMD ["node"]')]

  const told: [string, HistoryEntry[], number | null][] = [
    ['ends at its default command', [...debian, layer('COPY app')], 1],
    [
      'that was built on another one ends at its own',
      [...node, layer('COPY app'), setting('CMD ["node", "app"]')],
      3,
    ],
    ['is not the image’s own command', [layer('COPY app'), setting('CMD ["app"]')], null],
    ['is not told by an image that nothing was built on', node.slice(0, 2), null],
    ['is not told by a command before any layer', [command, layer(), layer()], null],
    [
      'is not told by a step that only names the word',
      [layer('RUN CMD'), setting('ENV CMD=1'), layer()],
      null,
    ],
    ['is not told by no history', [], null],
  ]
  test.each(told)('%s', (_, history, layers) => {
    expect(layersOf(history)).toBe(layers)
  })

  test('is not guessed from a history of other layers', () => {
    expect(layersOf([...debian, layer()], 3)).toBeNull()
  })

  test('is named by annotations, also where its end is not known', () => {
    const annotations = new Map([
      ['org.opencontainers.image.base.name', 'docker.io/library/debian:12'],
      ['org.opencontainers.image.base.digest', 'sha256:1'],
    ])
    expect(baseImageOf([layer()], { annotations, layers: 1 })).toEqual({
      name: 'docker.io/library/debian:12',
      digest: 'sha256:1',
      layers: null,
    })
    expect(baseImageOf([layer()], { annotations: none, layers: 1 })).toBeNull()
  })

  test('is a part below at least one other layer, whatever the history', () => {
    const entry = fc.oneof(fc.constant(layer()), fc.constant(command), fc.constant(setting('ENV A=1')))
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (history) => {
        const layers = history.filter(({ isEmpty }) => !isEmpty).length
        const own = layersOf(history)
        expect(own === null || (own > 0 && own < layers)).toBe(true)
      }),
    )
  })
})

test('a layer is of the base or above it, or unknown where the end of the base is', () => {
  const base = { name: null, digest: null, layers: 2 }
  expect([0, 1, 2].map((at) => partOfLayer(base, at))).toEqual(['base', 'base', 'application'])
  expect([partOfLayer({ ...base, layers: null }, 0), partOfLayer(null, 0)]).toEqual(['unknown', 'unknown'])
})
