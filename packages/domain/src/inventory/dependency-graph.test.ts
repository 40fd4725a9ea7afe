import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dependencyNode, inventoryOf } from './dependency-graph.ts'
import type { DependencyNode } from './dependency-graph.ts'

const components = (nodes: readonly DependencyNode[]) =>
  inventoryOf({ file: 'x.lock', ecosystem: 'npm', nodes }).components
const need = (key: string, isDev = false) => ({ key, range: null, isDev })
const node = (key: string, needs: ReturnType<typeof need>[] = [], isRoot = false): DependencyNode =>
  dependencyNode({ key, name: key, version: '1', needs, isRoot })

describe('the way to a component', () => {
  test('is the shortest there is', () => {
    const nodes = [
      node('app', [need('a'), need('b')], true),
      node('a', [need('c')]),
      node('c', [need('d')]),
      node('b', [need('d')]),
      node('d'),
    ]
    expect(components(nodes).find(({ name }) => name === 'd')?.path).toEqual(['app 1', 'b 1', 'd 1'])
  })

  test('of a chain without end begins at the project and is cut in its middle', () => {
    const length = 50_000
    const chain = Array.from({ length }, (_, at) => node(`n${at}`, [need(`n${at + 1}`)], at === 0))
    const path = components([...chain, node(`n${length}`)]).at(-1)?.path ?? []
    expect(path.slice(0, 2)).toEqual(['n0 1', '...'])
    expect(path.at(-1)).toBe(`n${length} 1`)
    expect(path.length).toBeLessThan(100)
  })

  test('ends, however entries ask for each other', () => {
    const keys = fc.integer({ min: 0, max: 6 }).map(String)
    const graph = fc.array(
      fc.tuple(keys, fc.array(fc.tuple(keys, fc.boolean()), { maxLength: 4 }), fc.boolean()),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(graph, (entries) => {
        const nodes = entries.map(([key, needs, isRoot]) =>
          node(
            key,
            needs.map(([to, isDev]) => need(to, isDev)),
            isRoot,
          ),
        )
        for (const { path, name } of components(nodes)) expect(path.at(-1)).toBe(`${name} 1`)
      }),
    )
  })
})

describe('presence', () => {
  test('is for development alone where no way to run leads there', () => {
    const nodes = [
      node('app', [need('a'), need('t', true)], true),
      node('t', [need('u'), need('a')]),
      node('u'),
      node('a'),
      node('alone'),
    ]
    const told = components(nodes).map(({ name, presence }) => `${name} ${presence}`)
    expect(told).toEqual(['t dev-only', 'u dev-only', 'a unknown', 'alone unknown'])
  })
})
