import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aheadOf, fencedScript, replaceScript } from './host-disk.ts'

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

  it('is there afterwards to the letter, whatever it is, and nothing else is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), (text) => {
        fc.pre(!text.includes('\0'))
        expect(told(replaceScript(folder, [['edge.cfg', text]]))).toEqual({ exitCode: 0, said: '' })
        expect(readFileSync(join(folder, 'edge.cfg'), 'utf8')).toBe(text)
        expect(readdirSync(folder)).toEqual(['edge.cfg'])
      }),
      { numRuns: 20 },
    )
  })

  it('is for its owner alone', () => {
    told(replaceScript(folder, [['private.token', 'secret']]))
    expect(execFileSync('stat', ['-c', '%a', join(folder, 'private.token')], { encoding: 'utf8' })).toBe(
      '600\n',
    )
  })

  it('leaves a file that says the same as it is', () => {
    const inode = () => execFileSync('stat', ['-c', '%i', join(folder, 'a')], { encoding: 'utf8' })
    told(replaceScript(folder, [['a', 'same']]))
    const before = inode()
    told(replaceScript(folder, [['a', 'same']]))
    expect(inode()).toBe(before)
    told(replaceScript(folder, [['a', 'other']]))
    expect(inode()).not.toBe(before)
  })

  it('says why where it cannot be written', () => {
    const { exitCode, said } = told(replaceScript(join(folder, 'absent'), [['a', 'x']]))
    expect(exitCode).not.toBe(0)
    expect(said).toContain('absent')
  })

  it.each([
    { which: 'older', fence: 6, exitCode: 45, after: '# fence: 7\nnew' },
    { which: 'the same', fence: 7, exitCode: 0, after: '# fence: 7\nlate' },
    { which: 'newer', fence: 8, exitCode: 0, after: '# fence: 8\nlate' },
  ])('by a controller whose fence is $which ends with $exitCode', ({ fence, exitCode, after }) => {
    writeFileSync(join(folder, 'haproxy.cfg'), '# fence: 7\nnew')
    const late = { name: 'haproxy.cfg', text: `# fence: ${fence}\nlate`, fence }
    expect(told(fencedScript(folder, late)).exitCode).toBe(exitCode)
    expect(readFileSync(join(folder, 'haproxy.cfg'), 'utf8')).toBe(after)
  })

  it('where nothing is yet, or nothing that can be read, is written', () => {
    const file = { name: 'haproxy.cfg', text: '# fence: 1\nfirst', fence: 1 }
    expect(told(fencedScript(folder, file)).exitCode).toBe(0)
    writeFileSync(join(folder, 'haproxy.cfg'), 'by hand')
    expect(told(fencedScript(folder, file)).exitCode).toBe(0)
    expect(readFileSync(join(folder, 'haproxy.cfg'), 'utf8')).toBe(file.text)
  })
})
