import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HELD_MAX, ProgramSpace } from './program-parts.ts'
import { readProgram } from './read-program.ts'
import { auditableOf, elfOf, goInfoOf } from './testing/elf-program.ts'

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

/** One for all tests, so that nothing of one program may show in the next. */
const space = new ProgramSpace()

const read = (bytes: Buffer, chunk = 65_536) =>
  readProgram({ size: bytes.length }, inChunks(bytes, chunk), space)

const told = async (bytes: Buffer, chunk?: number) => {
  const found = await read(bytes, chunk)
  return (
    found?.problem ?? found?.packages.map(({ kind, name, version }) => `${kind} ${name} ${version}`) ?? null
  )
}

const crates = auditableOf([
  { name: 'app', version: '0.1.0', source: 'local', root: true },
  { name: 'rand', version: '0.8.5', source: 'crates.io' },
  { name: 'cc', version: '1.0.0', source: 'crates.io', kind: 'build' },
])
const modules = goInfoOf('go1.22.3', 'path\tapp\nmod\tapp\t(devel)\t\ndep\ta.org/x\tv1.0.0\th1:x=\n')
const goTold = ['Go stdlib 1.22.3', 'Go a.org/x 1.0.0']
const code = ['.text', Buffer.alloc(5000, 0x90)] as const

describe('a program', () => {
  test('of cargo-auditable names the crates that are in it', async () => {
    expect(await told(elfOf([code, crates]))).toEqual(['crates.io rand 0.8.5'])
  })

  test('of Go names its library and modules, also where its tables are stripped', async () => {
    const whole = elfOf([code, modules])
    expect(await told(whole)).toEqual(goTold)
    const stripped = Buffer.from(whole)
    stripped.fill(0, 40, 64)
    expect(await told(stripped)).toEqual(goTold)
  })

  test('says the same however its bytes arrive', async () => {
    for (const chunk of [1, 3, 63, 64, 65])
      expect(await told(elfOf([crates]), chunk)).toEqual(['crates.io rand 0.8.5'])
  })

  test('that holds the magic of Go as a constant too, as tools that look for it do, is no riddle', async () => {
    const constant = ['.rodata', Buffer.from(`\u00ff Go buildinf:${'x'.repeat(64)}`, 'latin1')] as const
    expect(await told(elfOf([constant, modules]))).toEqual(goTold)
    expect(await told(elfOf([constant]))).toBeNull()
  })

  test('that says nothing is nothing that can be known', async () => {
    expect(await told(elfOf([code]))).toBeNull()
    expect(await told(Buffer.from('#!/bin/sh\n'))).toBeNull()
    expect(await told(Buffer.alloc(0))).toBeNull()
  })

  test('of Go before 1.18, or with a list that cannot be inflated, is told', async () => {
    const old = Buffer.alloc(64)
    old.write('\u00ff Go buildinf:', 'latin1')
    old.set([8, 0], 14)
    expect(await told(elfOf([['.go.buildinfo', old]]))).toContain('before 1.18')
    expect(await told(elfOf([['.dep-v0', Buffer.from('no zlib')]]))).toContain('cannot be inflated')
  })

  test('larger than what is held tells its crates behind what is loaded and at its end, and its modules anywhere', async () => {
    const large = ['.text', Buffer.alloc(HELD_MAX + 1024)] as const
    const middle = ['.data', Buffer.alloc(HELD_MAX / 2)] as const
    const loaded = { loadedEnd: 64 + large[1].length }
    const found = ['crates.io rand 0.8.5']
    expect(await told(elfOf([large, crates]), 1 << 20)).toEqual(found)
    expect(await told(elfOf([crates, large]), 1 << 20)).toEqual(found)
    expect(await told(elfOf([large, crates, large], loaded), 1 << 20)).toEqual(found)
    expect(await told(elfOf([large, middle, crates, large], loaded), 1 << 20)).toContain('was not held')
    expect(await told(elfOf([large, modules, large]), (1 << 20) - 7)).toEqual(goTold)
    expect(await told(elfOf([large]), 1 << 20)).toBeNull()
  })

  test('of Go tells the same wherever chunks end, and behind a place that only looks like it', async () => {
    const claim = Buffer.concat([modules[1].subarray(0, 32), Buffer.from([0xff, 0xff, 0x7f])])
    const bytes = elfOf([['.rodata', claim], modules])
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (chunk) => {
        expect(await told(bytes, chunk)).toEqual(goTold)
      }),
      { numRuns: 60 },
    )
  })

  test('that has the magic of Go at every step is told, and not tried for ever', async () => {
    const trap = Buffer.concat([
      modules[1].subarray(0, 32),
      Buffer.from([0xff, 0xff, 0x7f]),
      Buffer.alloc(13),
    ])
    const bytes = elfOf([['.text', Buffer.concat(Array.from({ length: 50_000 }, () => trap))]])
    expect(await told(bytes)).toContain('modules of Go cannot be read')
  })

  test('with any bytes changed gives packages, a problem or nothing, and never a crash', async () => {
    const good = elfOf([['.text', Buffer.alloc(64)], crates, modules])
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(good.length), async (own, end) => {
        const bytes = Buffer.from(good.subarray(0, end))
        for (const [at, byte] of own) if (at < end) bytes[at] = byte
        await told(bytes)
      }),
      { numRuns: 500 },
    )
  })
})

const go = '/usr/local/go/bin/go'
describe.skipIf(!existsSync(go))('a real program of Go (where /usr/local/go is)', () => {
  test('names the modules that go version -m does', async () => {
    const gofmt = '/usr/local/go/bin/gofmt'
    const handle = await open(gofmt)
    const bytes = await handle.readFile()
    await handle.close()
    const said = execFileSync(go, ['version', '-m', gofmt], { encoding: 'utf8' })
    const release = /: go(\S+)/.exec(said)?.[1]
    const deps = [...said.matchAll(/^\tdep\t(\S+)\tv(\S+)/gm)].map(
      ([, name, version]) => `Go ${name} ${version}`,
    )
    expect(await told(bytes)).toEqual([`Go stdlib ${release}`, ...deps])
  })
})
