import { hash } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestOf } from './advisory-digest.ts'
import { ArchiveCache, fileDigest } from './archive-cache.ts'
import type { KeptAdvisories } from './archive-cache.ts'
import { loadAdvisories } from './load-advisories.ts'

let home: string
let minute = 0
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'towpath-kept-'))
  minute = 0
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const now = (): Date => new Date(Date.UTC(2026, 0, 1, 0, minute))
const cache = (env: Record<string, string> = { TOWPATH_HOME: home }): ArchiveCache =>
  new ArchiveCache({ env, now })
const folder = (): string => join(home, 'cache/archives')
const archive = 'a'.repeat(64)
const fileOf = (name = archive): string => join(folder(), `${name}.kept`)

const keptOf = (byEcosystem: Record<string, string[]>): KeptAdvisories => {
  const lines = new Map(Object.entries(byEcosystem))
  return {
    digest: digestOf(lines),
    newest: '2026-01-01T00:00:00Z',
    count: 3,
    unread: 1,
    ecosystems: Object.fromEntries([...lines].map(([name, own]) => [name, own.length])),
    partial: [],
    lines,
    scores: new Map([['CVSS:3.1/AV:N', 9.8]]),
  }
}
const kept = keptOf({ 'crates.io': ['bad\t{"i":"A"}', 'old\t{"i":"B"}'], npm: ['é\t{"i":"C"}'] })

describe('what was read of an archive', () => {
  test('is there for the next audit, and for nobody else', () => {
    cache().keep(archive, kept)
    expect(cache().read(archive)).toEqual(kept)
    expect(cache().read('b'.repeat(64))).toBeNull()
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600)
    expect(statSync(folder()).mode & 0o777).toBe(0o700)
  })

  test('comes back as it was, or not at all', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 })
    const given = fc.dictionary(fc.constantFrom('npm', 'Go', 'crates.io'), fc.array(text, { maxLength: 4 }))
    fc.assert(
      fc.property(given, (lines) => {
        cache().keep(archive, keptOf(lines))
        const read = cache().read(archive)
        const isPlain = Object.values(lines).every((own) => own.every((line) => !line.includes('\n')))
        expect(read).toEqual(isPlain ? keptOf(lines) : null)
      }),
      { numRuns: 60 },
    )
  })

  test('lies where the system keeps what can be made again, or in TOWPATH_HOME', () => {
    cache({ XDG_CACHE_HOME: home }).keep(archive, kept)
    cache({ XDG_CACHE_HOME: 'not/absolute', HOME: home }).keep(archive, kept)
    expect(readdirSync(join(home, 'towpath/archives'))).toEqual([`${archive}.kept`])
    expect(readdirSync(join(home, '.cache/towpath/archives'))).toEqual([`${archive}.kept`])
  })
})

describe('is not believed', () => {
  beforeEach(() => cache().keep(archive, kept))
  const change = (edit: (text: string) => string): void =>
    writeFileSync(fileOf(), edit(readFileSync(fileOf(), 'utf8')))

  test('once any byte of it was changed, or any part is gone', () => {
    const whole = readFileSync(fileOf())
    const changed = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 127 }))
    fc.assert(
      fc.property(changed, ([at, by]) => {
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] ?? 0) ^ by
        writeFileSync(fileOf(), bytes)
        expect(cache().read(archive)).toBeNull()
        writeFileSync(fileOf(), whole.subarray(0, at))
        expect(cache().read(archive)).toBeNull()
      }),
      { numRuns: 60 },
    )
  })

  test('under the name of another archive', () => {
    const other = 'c'.repeat(64)
    writeFileSync(fileOf(other), readFileSync(fileOf()), { mode: 0o600 })
    expect(cache().read(other)).toBeNull()
  })

  test('where others may write it, or it is a link to somewhere', () => {
    chmodSync(fileOf(), 0o620)
    expect(cache().read(archive)).toBeNull()
    chmodSync(fileOf(), 0o600)
    const other = 'd'.repeat(64)
    symlinkSync(fileOf(), fileOf(other))
    expect(cache().read(other)).toBeNull()
    expect(cache().read(archive)).toEqual(kept)
  })

  test('where it is no entry at all; the next audit puts a good one there', () => {
    for (const text of ['', '\n', '{}\n{}', '\0'.repeat(100)]) {
      change(() => text)
      expect(cache().read(archive)).toBeNull()
      cache().keep(archive, kept)
      expect(cache().read(archive)).toEqual(kept)
    }
  })
})

describe('stays small, and in nobody’s way', () => {
  const name = (at: number): string => String(at).padStart(64, '0')

  test('keeps the eight that were used last', () => {
    for (minute = 0; minute < 8; minute += 1) cache().keep(name(minute), kept)
    cache().read(name(0))
    minute += 1
    cache().keep(name(8), kept)
    expect(readdirSync(folder()).toSorted()).toEqual([0, 2, 3, 4, 5, 6, 7, 8].map((at) => `${name(at)}.kept`))
  })

  test('drafts of audits that died go in the same way', () => {
    cache().keep(archive, kept)
    writeFileSync(join(folder(), 'left.123.draft'), 'half')
    minute = 60 * 24 * 365 * 100
    for (let at = 0; at < 8; at += 1) cache().keep(name(at), kept)
    expect(readdirSync(folder()).filter((entry) => entry.endsWith('.draft'))).toEqual([])
  })

  test('a folder that cannot be written costs nothing but time', () => {
    writeFileSync(join(home, 'cache'), 'a file stands here')
    cache().keep(archive, kept)
    expect(cache().read(archive)).toBeNull()
  })
})

test('an archive is still read into what kept entries hold: where this changes, READING has to be raised', async () => {
  const read = await loadAdvisories(join(import.meta.dirname, '../../../../tools/fixtures/osv.tar.gz'))
  expect(read.digest).toBe('sha256:5a33e1c11338216db9c3e867510c5a8fb0493288197849f269964f4c742c8a40')
})

test('the digest of a file is that of its bytes, over many reads too; none where it cannot be read', () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 1, 'a')
  writeFileSync(join(home, 'large'), bytes)
  expect(fileDigest(join(home, 'large'))).toBe(hash('sha256', bytes))
  expect([fileDigest(join(home, 'nothing')), fileDigest(home)]).toEqual([null, null])
})
