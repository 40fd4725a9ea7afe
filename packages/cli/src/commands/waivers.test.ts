import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

const file = '.towpath/waivers.yaml'
const text = (): Promise<string> => readFile(join(at.path, file), 'utf8')
const add = (...more: string[]) =>
  at.run(['waivers', 'add', 'RUSTSEC-2025-0001', '--reason', 'never called', '--owner', 'ann', ...more])

describe('towpath waivers', () => {
  test('add lets a finding pass, and the audit says so', async () => {
    expect((await at.run(['audit', ...offline])).exit).toBe(1)
    const { exit, out } = await add('--package', 'bad')
    expect([exit, out]).toEqual([0, expect.stringContaining('ann answers for it: never called')])
    expect((await at.run(['audit', ...offline])).exit).toBe(0)
  })

  test('add keeps comments and everything else, and writes the same scope anew', async () => {
    const before =
      '# reviewed each Monday\nwaivers:\n  # ann looks into it\n  - advisory: RUSTSEC-2025-0002\n    owner: ann\n    reason: old\n    expires: 2026-01-02\n'
    await at.put(file, before)
    await add('--expires', '7d')
    await add('--expires', '9d', '--status', 'not_affected')
    const after = await text()
    expect(after.startsWith(before.trimEnd())).toBe(true)
    expect(after.match(/RUSTSEC-2025-0001/g)).toHaveLength(1)
    expect(after).toContain('status: not_affected')
  })

  test.each([
    ['more than 90 days', ['--expires', '91d']],
    ['no day', ['--expires', 'soon']],
  ])('add writes nothing for an end of %s', async (_what, more) => {
    const { exit, err } = await add(...more)
    expect([exit, err]).toEqual([2, expect.stringContaining('Nothing was written.')])
    await expect(text()).rejects.toThrow('ENOENT')
  })

  test('add writes nothing into a file that cannot be read', async () => {
    await at.put(file, 'waivers:\n  - advisory: X\n')
    expect((await add()).exit).toBe(2)
    expect(await text()).toBe('waivers:\n  - advisory: X\n')
  })

  test('list tells what is over', async () => {
    await at.put(file, 'waivers:\n  - {advisory: X, owner: ann, reason: r, expires: 2020-01-01}\n')
    expect((await at.run(['waivers', 'list'])).out).toContain('over since 2020-01-01')
  })

  test('vex writes OpenVEX of what holds, which is evidence as it is', async () => {
    await at.put(file, 'waivers:\n  - {advisory: X, owner: ann, reason: r, expires: 2020-01-01}\n')
    await add('--status', 'not_affected')
    const { out } = await at.run(['waivers', 'vex', '--product', 'pkg:oci/shop', '--author', 'ann'])
    expect(readEvidence(out)).toMatchObject({
      ok: true,
      kind: 'vex',
      facts: { statements: [{ status: 'not_affected' }] },
    })
    expect(JSON.parse(out)).toMatchObject({
      statements: [
        {
          vulnerability: { name: 'RUSTSEC-2025-0001' },
          products: [{ '@id': 'pkg:oci/shop' }],
          status: 'not_affected',
          impact_statement: 'never called',
        },
      ],
    })
  })
})
