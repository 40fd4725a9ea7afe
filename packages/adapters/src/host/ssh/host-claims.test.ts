import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostClaim } from '@towpath/domain/fleet/host-claim.ts'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimText, hostClaims, readClaim } from './host-claims.ts'
import type { SshLink } from './ssh-link.ts'

const hash = 'a'.repeat(64)
const anyHash = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16).repeat(64))
const anyClaim = fc.record({
  fence: fc.integer({ min: 0, max: 10 ** 15 - 1 }),
  head: fc.record({ seq: fc.integer({ min: 0, max: 10 ** 15 - 1 }), hash: anyHash }),
})
const claim = (fence: number, seq: number): HostClaim => ({ fence, head: { seq, hash } })

describe('what a host remembers of its controllers', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "towpath claims' "))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  /** The scripts of a link, told to a real shell with a home of its own. */
  const shell = {
    run: async (script: string) => told(script).output,
    answer: async (script: string) => told(script),
    refusal: (doing: string, output: string) => new Error(`${doing}: ${output}`),
  }
  const told = (script: string): { exitCode: number; output: string } => {
    const { status, stdout } = spawnSync('/bin/sh', {
      input: `( ${script}\n) </dev/null 2>&1`,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: home },
    })
    return { exitCode: status ?? -1, output: stdout }
  }
  const claims = (installation = 'inst_1') => hostClaims(shell as unknown as SshLink, installation)
  const file = (): string => join(home, '.local/state/towpath/controllers/inst_1/controller')

  it('law: is read back as it was written', () => {
    fc.assert(
      fc.property(anyClaim, (each) => {
        expect(readClaim(claimText(each))).toEqual(each)
      }),
    )
  })

  it('is replaced where it is what was expected, and by nobody else', async () => {
    expect(await claims().replace(null, claim(7, 40))).toEqual({ replaced: true })
    expect(await claims().replace(claim(7, 40), claim(7, 41))).toEqual({ replaced: true })
    const written = readFileSync(file(), 'utf8')
    for (const expected of [null, claim(7, 40), claim(6, 41)])
      expect(await claims().replace(expected, claim(8, 12))).toEqual({ replaced: false, found: claim(7, 41) })
    expect(readFileSync(file(), 'utf8')).toBe(written)
    expect(await claims().replace(claim(7, 41), claim(8, 12))).toEqual({ replaced: true })
  })

  it('is never replaced by an older controller, even one that expects it', async () => {
    await claims().replace(null, claim(8, 40))
    const answer = await claims().replace(claim(8, 40), claim(7, 41))
    expect(answer).toEqual({ replaced: false, found: claim(8, 40) })
  })

  it('of a newer controller shows its fence whatever else it says, so that nobody asks for a claim without end', async () => {
    await claims().replace(null, claim(1, 40))
    writeFileSync(file(), '# fence: 9\n# head, as a later version writes it: 7\n')
    const answer = await claims().replace(null, claim(8, 41))
    expect(answer).toEqual({ replaced: false, found: { fence: 9, head: null } })
  })

  it('is kept apart for each installation', async () => {
    await claims('inst_1').replace(null, claim(8, 40))
    expect(await claims('inst_2').replace(null, claim(7, 3))).toEqual({ replaced: true })
  })

  it.each([
    ['', 0],
    [`# head: 3 ${hash}\n`, 0],
    ['# fence: 7\n', 7],
    [`# fence: 7\n# head: 3 ${hash.slice(1)}\n`, 7],
  ])(
    'that cannot be read is told as such, with its fence where it has one, and replaced by whoever expects just that (%j)',
    async (text, fence) => {
      await claims().replace(null, claim(1, 40))
      writeFileSync(file(), text)
      const asking = claims()
      const answer = await asking.replace(null, claim(8, 41))
      expect(answer).toEqual({ replaced: false, found: { fence, head: null } })
      const found = answer.replaced ? null : answer.found
      expect(await asking.replace(found, claim(8, 41))).toEqual({ replaced: true })
    },
  )
})
