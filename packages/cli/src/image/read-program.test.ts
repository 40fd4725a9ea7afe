import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProgramSpace, readProgram } from './read-program.ts'
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
const code = ['.text', Buffer.alloc(5000, 0x90)] as const

describe('a program', () => {
  test('of cargo-auditable names the crates that are in it', async () => {
    expect(await told(elfOf([code, crates]))).toEqual(['crates.io rand 0.8.5'])
  })

  test('of Go names its library and modules, also where its tables are stripped', async () => {
    const expected = ['Go stdlib 1.22.3', 'Go a.org/x 1.0.0']
    const whole = elfOf([code, modules])
    expect(await told(whole)).toEqual(expected)
    const stripped = Buffer.from(whole)
    stripped.fill(0, 40, 64)
    expect(await told(stripped)).toEqual(expected)
  })

  test('says the same however its bytes arrive', async () => {
    for (const chunk of [1, 3, 63, 64, 65])
      expect(await told(elfOf([crates]), chunk)).toEqual(['crates.io rand 0.8.5'])
  })

  test('that holds the magic of Go as a constant too, as tools that look for it do, is no riddle', async () => {
    const constant = ['.rodata', Buffer.from(`\u00ff Go buildinf:${'x'.repeat(64)}`, 'latin1')] as const
    expect(await told(elfOf([constant, modules]))).toEqual(['Go stdlib 1.22.3', 'Go a.org/x 1.0.0'])
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

  test('larger than what is held is read by its end, or told where that is not enough', async () => {
    const large = ['.text', Buffer.alloc(70 * 1024 * 1024)] as const
    expect(await told(elfOf([large, crates]), 1 << 20)).toEqual(['crates.io rand 0.8.5'])
    expect(await told(elfOf([crates, large]), 1 << 20)).toContain(
      'larger than 64 MB, so its crates were not read',
    )
    expect(await told(elfOf([modules, large]), 1 << 20)).toContain('its modules of Go were not read')
    expect(await told(elfOf([large]), 1 << 20)).toBeNull()
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
