import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { someComponent } from '../advisory/testing/some-advisory.ts'
import type { Component, Inventory } from './component.ts'
import { withPresence } from './presence.ts'

const inventory = (components: readonly Component[], given: Partial<Inventory> = {}): Inventory => ({
  file: 'x',
  ecosystem: 'crates.io',
  components,
  gaps: [],
  ...given,
})
const crate = (name: string, given: Partial<Component> = {}): Component =>
  someComponent({ name, version: '1.0.0', presence: 'unknown', ...given })
const names = Array.from({ length: 12 }, (_, at) => `crate-${at}`)
const lock = inventory([...names, 'absent'].map((name) => crate(name)))
const program = names.map((name) => crate(name, { presence: 'shipped', file: 'usr/bin/app' }))
const presences = (lockfile: Inventory, ...images: Inventory[][]) =>
  Object.fromEntries(
    withPresence([lockfile], images).flatMap(({ components }) =>
      components.map(({ name, presence }) => [name, presence]),
    ),
  )

describe('what lockfiles pin, beside an image', () => {
  test('is shipped where the image has it in that version, and locked-only where its program has it not', () => {
    expect(presences(lock, [inventory(program)])).toMatchObject({
      'crate-0': 'shipped',
      absent: 'locked-only',
    })
    const moved = program.map((one) => (one.name === 'crate-0' ? { ...one, version: '1.0.1' } : one))
    expect(presences(lock, [inventory(moved)])['crate-0']).toBe('unknown')
  })

  test('is unknown where something of the image was not read, or no program is of this lockfile', () => {
    const gaps = [{ file: 'x', line: null, message: 'odd' }]
    expect(presences(lock, [inventory(program, { gaps })])['absent']).toBe('unknown')
    const foreign = [...program, crate('foreign', { file: 'usr/bin/app' })]
    expect(presences(lock, [inventory(foreign)])['absent']).toBe('unknown')
    expect(presences(lock, [inventory(program.slice(0, 3))])['absent']).toBe('unknown')
    expect(presences(lock)['absent']).toBe('unknown')
  })

  test('of npm is never locked-only: it may be bundled', () => {
    const npm = (list: readonly Component[]) =>
      inventory(
        list.map((one) => ({ ...one, ecosystem: 'npm' as const })),
        { ecosystem: 'npm' },
      )
    expect(presences(npm(lock.components), [npm(program)])).toMatchObject({
      'crate-0': 'shipped',
      absent: 'unknown',
    })
  })

  test('is shipped although the lockfile says that it is for development, where it is there all the same', () => {
    const dev = inventory([crate('crate-0', { presence: 'dev-only' }), crate('b', { presence: 'dev-only' })])
    expect(presences(dev, [inventory(program)])).toEqual({ 'crate-0': 'shipped', b: 'dev-only' })
  })

  test('is the standard library of Go never locked-only: the compiler brings its own', () => {
    const go = (list: readonly Component[]) =>
      inventory(
        list.map((one) => ({ ...one, ecosystem: 'Go' as const })),
        { ecosystem: 'Go' },
      )
    const stdlib = crate('stdlib')
    const other = { ...stdlib, version: '1.2.0', file: 'usr/bin/app' }
    expect(presences(go([...lock.components, stdlib]), [go([...program, other])])).toMatchObject({
      stdlib: 'unknown',
      absent: 'locked-only',
    })
  })

  test('never ships what no image has, and never hides what one has', () => {
    const some = fc.array(
      fc.record({ name: fc.constantFrom(...names), version: fc.constantFrom('1.0.0', '2.0.0') }),
    )
    fc.assert(
      fc.property(some, some, (pinned, inImage) => {
        const image = inventory(inImage.map((one) => crate(one.name, { ...one, file: 'app' })))
        const [judged] = withPresence([inventory(pinned.map((one) => crate(one.name, one)))], [[image]])
        for (const { name, version, presence } of judged?.components ?? [])
          expect(presence === 'shipped').toBe(
            inImage.some((one) => one.name === name && one.version === version),
          )
      }),
    )
  })
})
