import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../advisory/finding.ts'
import type { Component, Inventory } from '../inventory/component.ts'
import { dependencyNode, inventoryOf } from '../inventory/dependency-graph.ts'
import { directDependencies } from './direct-dependencies.ts'
import type { DirectDependency } from './direct-dependencies.ts'

/** A workspace of `app` and `lib`: app -> lib, a; lib -> b; a -> c; b -> c. */
const need = (key: string) => ({ key, range: '^1', isDev: false })
const workspace: Inventory = inventoryOf({
  file: 'Cargo.lock',
  ecosystem: 'crates.io',
  nodes: [
    dependencyNode({
      ...{ key: 'app', name: 'app', version: '0.1.0', source: 'path', isRoot: true },
      needs: [need('lib'), need('a')],
    }),
    dependencyNode({ key: 'lib', name: 'lib', version: '0.1.0', source: 'path', needs: [need('b')] }),
    dependencyNode({ key: 'a', name: 'a', version: '1.0.0', needs: [need('c')] }),
    dependencyNode({ key: 'b', name: 'b', version: '1.0.0', source: 'git', needs: [need('c')] }),
    dependencyNode({ key: 'c', name: 'c', version: '1.0.0' }),
  ],
})

const componentOf = (name: string): Component =>
  workspace.components.find((component) => component.name === name) as Component

const finding = (name: string, more: Partial<Finding>): Finding => ({
  ...{
    id: 'X-1',
    aliases: [],
    package: name,
    version: '1.0.0',
    kind: 'vulnerability',
    severity: 'high',
    score: null,
  },
  ...{
    fixed: null,
    presence: 'unknown',
    path: componentOf(name).path,
    ecosystem: 'crates.io',
    file: 'Cargo.lock',
  },
  ...{ line: null, summary: '', bump: null, isExploited: null, exploitProbability: null, waiver: null },
  ...more,
})

const of = (findings: readonly Finding[], isCovered = true): DirectDependency[] =>
  directDependencies([workspace], {
    findings,
    lockfiles: [{ file: 'Cargo.lock', ecosystem: 'crates.io', components: 4, notCompared: 1, isCovered }],
  })

describe('direct dependencies', () => {
  test('are what any member of the workspace asks for, and neither the members nor what came with others', () => {
    expect(of([]).map(({ name, askedBy }) => [name, askedBy.map((asker) => asker.name)])).toEqual([
      ['a', ['app']],
      ['b', ['lib']],
    ])
  })

  test('nothing is known to be good that no advisory could have named', () => {
    expect(of([]).map(({ name, state }) => [name, state])).toEqual([
      ['a', 'none'],
      ['b', 'unknown'],
    ])
    expect(of([], false).map(({ state }) => state)).toEqual(['unknown', 'unknown'])
  })

  test('the newest of several fixes is the one to go to, and what no version mends is told beside it', () => {
    const command = (version: string) => ({ command: `to ${version}`, blockedBy: [] })
    const [a] = of([
      finding('a', { id: 'X-1', fixed: '1.0.9', bump: command('1.0.9') }),
      finding('a', { id: 'X-2', fixed: '1.0.10', bump: command('1.0.10') }),
      finding('a', { id: 'X-3' }),
    ])
    expect(a).toMatchObject({
      state: 'bump',
      newest: null,
      advised: { advisories: ['X-1', 'X-2', 'X-3'], to: '1.0.10', command: 'to 1.0.10', unfixed: ['X-3'] },
    })
    expect(of([finding('a', {})])[0]).toMatchObject({
      state: 'no-fix',
      advised: { to: null, unfixed: ['X-1'] },
    })
  })

  test('what came with others stands below the one that brought it, with who is in its way', () => {
    const blockedBy = [{ name: 'a', version: '1.0.0', range: '^1' }]
    const [a, b] = of([finding('c', { fixed: '2.0.0', bump: { command: null, blockedBy } })])
    expect(a).toMatchObject({
      state: 'none',
      underneath: [
        { name: 'c', version: '1.0.0', way: ['a 1.0.0', 'c 1.0.0'], to: '2.0.0', command: null, blockedBy },
      ],
    })
    expect(b?.underneath).toEqual([])
  })

  test('every finding of a package that is reached is told once, at a direct dependency or below one', () => {
    const someGraph = fc.array(fc.array(fc.nat(7), { maxLength: 4 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(someGraph, fc.nat(2), (edges, members) => {
        const nodes = edges.map((to, at) =>
          dependencyNode({
            ...{ key: `p${at}`, name: `p${at}`, version: '1.0.0', isRoot: at === 0 },
            source: at <= members ? 'path' : 'registry',
            needs: to.filter((next) => next < edges.length && next !== at).map((next) => need(`p${next}`)),
          }),
        )
        const inventory = inventoryOf({ file: 'Cargo.lock', ecosystem: 'crates.io', nodes })
        const reached = inventory.components.filter(
          ({ source, path }) => source === 'registry' && path[0] === 'p0 1.0.0',
        )
        const findings = reached.map(({ name, path }) => ({
          ...finding('c', {}),
          package: name,
          path,
          id: name,
        }))
        const told = directDependencies([inventory], { findings, lockfiles: [] }).flatMap(
          ({ advised, underneath }) => [
            ...(advised?.advisories ?? []),
            ...underneath.flatMap(({ advisories }) => advisories),
          ],
        )
        expect(told.toSorted()).toEqual(reached.map(({ name }) => name).toSorted())
      }),
    )
  })
})
