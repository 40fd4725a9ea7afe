import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FencedFiles } from './edge-disk.ts'
import { localDisk } from './local-disk.ts'
import { aheadOf, claimsFolder, complaintIn, fencedScript, readScript, removalScript } from './host-disk.ts'

describe('the clock of a host', () => {
  const asked = { askedMs: 1_795_791_933_000, answeredMs: 1_795_791_933_040 }

  it.each([
    ['that is right', '1795791933020\n', 0],
    ['that is right, as far as anybody can tell', '1795791933035\n', 0],
    ['that is ahead', '1795791993020\n', 60_000],
    ['that is behind', '1795791873020\n', -60_000],
    ['that tells whole seconds alone', '1795791993%3N\n', 60_480],
    ['that tells whole seconds alone and is right', '1795791932\n', 0],
    ['that tells nothing', 'date: invalid', 0],
  ])('%s', (_which, answer, aheadMs) => {
    expect(aheadOf(answer, asked)).toBe(aheadMs)
  })
})

describe('what a host is told to write', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath disk's "))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const told = (script: string): { exitCode: number | null; said: string } => {
    const { status, stdout } = spawnSync('/bin/sh', {
      input: `( ${script}\n) </dev/null 2>&1`,
      encoding: 'utf8',
    })
    return { exitCode: status, said: stdout }
  }

  /** As the edge's files are: a token, a map, and the file with the fence in it. */
  const wish = (fence: number, more: Partial<FencedFiles> = {}): FencedFiles => ({
    kept: [['private.token', `secret of ${fence}\n`]],
    files: [['api.map', `map of ${fence}\n`]],
    fenced: ['haproxy.cfg', `# fence: ${fence}\nfile of ${fence}\n`],
    fence,
    ...more,
  })
  const held = (name: string): string => readFileSync(join(folder, name), 'utf8')

  it('goes without a trace, and takes nothing of another edge with it', () => {
    const [one, other] = ['one edge', 'another'].map((name) => join(folder, 'towpath/edge', name))
    const claim = join(folder, 'towpath', claimsFolder, 'inst_1')
    for (const place of [one, other, claim]) told(fencedScript(place ?? '', wish(1)))
    expect(told(removalScript(one ?? ''))).toEqual({ exitCode: 0, said: '' })
    expect(readdirSync(join(folder, 'towpath/edge'))).toEqual(['another'])
    expect(readdirSync(claim)).toContain('haproxy.cfg')
    for (const edge of [other, other]) expect(told(removalScript(edge ?? '')).exitCode).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is there afterwards to the letter, whatever it is, and nothing else is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), (text) => {
        fc.pre(!text.includes('\0'))
        const written = wish(1, { files: [['edge.map', text]] })
        expect(told(fencedScript(folder, written)).exitCode).toBe(0)
        expect(held('edge.map')).toBe(text)
        expect(readdirSync(folder).toSorted()).toEqual(['.lock', 'edge.map', 'haproxy.cfg', 'private.token'])
      }),
      { numRuns: 20 },
    )
  })

  it('tells what the file held before, to the letter', () => {
    expect(told(fencedScript(folder, wish(1))).said).toBe('')
    writeFileSync(join(folder, 'haproxy.cfg'), '# fence: 1\n\n\n')
    expect(told(fencedScript(folder, wish(2))).said).toBe('# fence: 1\n\n\n.')
    writeFileSync(join(folder, 'haproxy.cfg'), '')
    expect(told(fencedScript(folder, wish(2))).said).toBe('.')
  })

  it('makes its folder, for its owner alone, and keeps a token that is there', () => {
    const inner = join(folder, 'a', 'b')
    told(fencedScript(inner, wish(1)))
    told(fencedScript(inner, wish(2)))
    expect(readFileSync(join(inner, 'private.token'), 'utf8')).toBe('secret of 1\n')
    const modes = execFileSync('stat', ['-c', '%a', inner, join(inner, 'private.token')], {
      encoding: 'utf8',
    })
    expect(modes).toBe('700\n600\n')
  })

  it('leaves a file that says the same as it is', () => {
    const inode = () => execFileSync('stat', ['-c', '%i', join(folder, 'api.map')], { encoding: 'utf8' })
    told(fencedScript(folder, wish(1)))
    const before = inode()
    told(fencedScript(folder, wish(1)))
    expect(inode()).toBe(before)
    told(fencedScript(folder, wish(2)))
    expect(inode()).not.toBe(before)
  })

  it('says why where it cannot be written, and leaves nothing half done', () => {
    const absent = wish(1, { files: [['absent/api.map', 'x']] })
    const { exitCode, said } = told(fencedScript(folder, absent))
    expect(exitCode).not.toBe(0)
    expect(said).toContain('absent/api.map')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(existsSync(join(folder, 'haproxy.cfg'))).toBe(false)
  })

  it('by an older controller is not written, its maps no more than its file', () => {
    told(fencedScript(folder, wish(7)))
    const { exitCode, said } = told(fencedScript(folder, wish(6)))
    expect({ exitCode, said }).toEqual({ exitCode: 45, said: '# fence: 7\nfile of 7\n.' })
    expect([held('api.map'), held('haproxy.cfg')]).toEqual(['map of 7\n', '# fence: 7\nfile of 7\n'])
  })

  it.each([7, 8])('by the same controller or a newer one is written (fence %i)', (fence) => {
    told(fencedScript(folder, wish(7)))
    const late = wish(fence, {
      files: [['api.map', 'late']],
      fenced: ['haproxy.cfg', `# fence: ${fence}\nlate`],
    })
    expect(told(fencedScript(folder, late)).exitCode).toBe(0)
    expect([held('api.map'), held('haproxy.cfg')]).toEqual(['late', `# fence: ${fence}\nlate`])
  })

  it.each([
    'by hand',
    '# fence: 7',
    'x # fence: 7\n',
    '# fence: 7 and more\n',
    '# fence: \n',
    `# fence: ${'9'.repeat(16)}\n`,
    '# fence: 0\n# fence: 7\n',
  ])('where no newer fence can be read, is written (%j)', (found) => {
    writeFileSync(join(folder, 'haproxy.cfg'), found)
    expect(told(fencedScript(folder, wish(1))).exitCode).toBe(0)
    expect(held('haproxy.cfg')).toBe('# fence: 1\nfile of 1\n')
  })

  it.each(['# edge\n# fence: 7\n', '\n\n# fence: 7\nrest', `# fence: ${'9'.repeat(15)}\n`])(
    'where a newer fence can be read, is not written, as on this machine (%j)',
    async (found) => {
      writeFileSync(join(folder, 'haproxy.cfg'), found)
      expect(told(fencedScript(folder, wish(6)))).toEqual({ exitCode: 45, said: `${found}.` })
      expect(await localDisk(folder).replaceFenced(folder, wish(6))).toEqual({ before: found, isOurs: false })
    },
  )

  it('by many at once is all of the newest in the end, and never half of each', async () => {
    const scripts = Array.from({ length: 12 }, (_, at) => fencedScript(folder, wish(at + 1)))
    await Promise.all(
      scripts.map(async (script) => {
        const child = spawn('/bin/sh', { stdio: ['pipe', 'ignore', 'ignore'] })
        child.stdin.end(`( ${script}\n) </dev/null 2>&1`)
        await once(child, 'exit')
      }),
    )
    expect([held('api.map'), held('haproxy.cfg')]).toEqual(['map of 12\n', '# fence: 12\nfile of 12\n'])
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('what a host is told to read', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath disk's "))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** `first` comes before the script in the same shell. */
  const told = (script: string, first = ''): { exitCode: number | null; said: string } => {
    const { status, stdout } = spawnSync('/bin/sh', {
      input: `${first}\n( ${script}\n) </dev/null 2>&1`,
      encoding: 'utf8',
    })
    return { exitCode: status, said: stdout }
  }

  it('is told to the letter, or not there', () => {
    const path = join(folder, 'private.token')
    expect(told(readScript(path)).exitCode).toBe(44)
    writeFileSync(path, '\nsecret\n\n')
    expect(told(readScript(path))).toEqual({ exitCode: 0, said: '\nsecret\n\n' })
  })

  it('and cannot be read to its end is told why, and what was read is no part of that', () => {
    const path = join(folder, 'private.token')
    writeFileSync(path, 'half of a secret\nand more')
    const breaking = `cat() { printf 'half of a secret\\nand'; echo "cat: Input/output error" >&2; return 1; }`
    const { exitCode, said } = told(readScript(path), breaking)
    expect(exitCode).toBe(1)
    expect(said).toContain('half of a secret')
    expect(complaintIn(said)).toBe('cat: Input/output error')
  })
})
