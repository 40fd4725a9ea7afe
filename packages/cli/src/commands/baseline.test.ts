import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { imageNameOf } from '../audit/baseline-store.ts'
import { AuditFolder, lockOf, offline } from '../audit/testing/audit-folder.ts'
import { auditableOf, elfOf } from '../image/testing/elf-program.ts'
import { dockerSave, layerOf } from '../image/testing/image-archive.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

const audit = (...argv: string[]) => at.run(['audit', ...offline, ...argv])
const draw = (...argv: string[]) => audit('--baseline', '--owner', 'alice', ...argv)
const file = () => readFile(join(at.path, '.towpath/baseline.yaml'), 'utf8')

describe('towpath audit --baseline', () => {
  test('draws a line, says until when what is old passes, and fails on nothing from then on', async () => {
    const { exit, out } = await draw('--fail-on', 'warnings')
    await expect(out).toMatchFileSnapshot('golden/baseline.txt')
    await expect(await file()).toMatchFileSnapshot('golden/baseline.yaml')
    expect(exit).toBe(0)
    expect((await audit('--fail-on', 'warnings')).exit).toBe(0)
  })

  test('fails on what is new, and takes it in only when told to', async () => {
    await at.put('Cargo.lock', lockOf({ app: null, old: '0.1.0' }))
    await draw()
    await at.put('Cargo.lock', lockOf({ app: null, bad: '1.0.0', old: '0.1.0' }))
    expect((await audit()).exit).toBe(1)
    const again = await draw()
    expect([again.exit, again.out]).toEqual([
      1,
      expect.stringContaining('1 new since it was drawn: it counts'),
    ])
    expect(await file()).not.toContain('bad')
    expect((await audit('--accept-new', '--owner', 'bob')).exit).toBe(0)
    expect(await file()).toMatch(/package: bad,.* owner: bob/)
    expect(await file()).toMatch(/package: old,.* owner: alice/)
  })

  test('fails on what became known to be exploited since', async () => {
    await draw()
    await at.put(
      'kev.json',
      JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2025-0001', dateAdded: '2026-01-01' }] }),
    )
    expect((await at.run(['advisories', 'import', 'osv', '--kev', 'kev.json'])).exit).toBe(0)
    expect((await at.run(['audit', '--offline'])).exit).toBe(1)
  })

  test('tells what is gone, and takes it out when it is drawn again', async () => {
    await draw()
    await at.put('Cargo.lock', lockOf({ app: null, old: '0.1.0' }))
    expect((await audit()).out).toContain('RUSTSEC-2025-0001 of bad is found no more')
    expect((await draw()).out).toContain('0 taken in, 1 taken out')
    expect(await file()).not.toContain('bad')
  })

  test('counts again what is over, and prolongs nothing', async () => {
    await draw()
    const over = (await file())
      .replaceAll(/since: [\d-]+/g, 'since: 2025-12-01')
      .replaceAll(/expires: [\d-]+/g, 'expires: 2025-12-15')
    await at.put('.towpath/baseline.yaml', over)
    const { exit, out } = await audit('--accept-new', '--owner', 'mallory')
    expect([exit, out]).toEqual([
      1,
      expect.stringContaining(
        'RUSTSEC-2025-0001 of bad passed until 2025-12-15; it counts again  owner: alice',
      ),
    ])
    expect(await file()).toBe(over)
  })

  test('leaves alone what is of lockfiles it did not look at, and drops what is of those that are gone', async () => {
    await at.put('sub/Cargo.lock', lockOf({ sub: null, bad: '1.0.0' }))
    await draw()
    await at.put('other/Cargo.lock', lockOf({ other: null, good: '1.0.0' }))
    await draw('other')
    expect((await file()).match(/package: bad/g)).toHaveLength(2)
    await rm(join(at.path, 'sub'), { recursive: true })
    await draw()
    expect((await file()).match(/package: bad/g)).toHaveLength(1)
  })

  test('judges nothing by a file that cannot be read', async () => {
    await at.put('.towpath/baseline.yaml', 'baseline:\n  - {advisory: RUSTSEC-2025-0001}\n')
    const { exit, err } = await audit()
    expect([exit, err]).toEqual([2, expect.stringContaining('.towpath/baseline.yaml:2:5 an entry')])
  })

  test('is suppressed in SARIF, skipped in JUnit, and told apart from waivers in JSON', async () => {
    await draw()
    expect((await audit('--format', 'sarif')).out).toContain('baseline: known since 2026-01-01 (alice')
    expect((await audit('--format', 'junit')).out).toContain('in the baseline until 2026-01-15')
    expect(JSON.parse((await audit('--json')).out)).toMatchObject({
      findings: [{ waiver: { by: 'baseline', expires: '2026-01-15' } }, { waiver: { by: 'baseline' } }],
      baseline: { schedule: [{ expires: '2026-01-15', count: 1 }, { count: 1 }], change: null },
    })
  })
})

describe('towpath scan --baseline', () => {
  const put = async (name: string): Promise<void> => {
    const program = elfOf([auditableOf([{ name: 'bad', version: '1.0.0', source: 'crates.io' }])])
    await at.put(name, await layerOf(dockerSave([await layerOf([['usr/bin/app', program]])])))
  }
  const scan = (...argv: string[]) => at.run(['scan', ...offline, ...argv])

  test('keeps a line of its own for each image, beside that of the lockfiles', async () => {
    await put('a.tar')
    await put('b.tar')
    await draw()
    expect((await scan('a.tar')).exit).toBe(1)
    expect((await scan('./a.tar', '--accept-new', '--owner', 'bob')).exit).toBe(0)
    expect((await scan('a.tar')).exit).toBe(0)
    expect((await scan('b.tar')).exit).toBe(1)
    expect((await audit()).exit).toBe(0)
    expect(await file()).toContain('image: a.tar')
  })

  test.each([
    ['ghcr.io/acme/api:1.4.2', 'ghcr.io/acme/api'],
    [`localhost:5000/api@sha256:${'0'.repeat(64)}`, 'localhost:5000/api'],
    ['localhost:5000/api', 'localhost:5000/api'],
    ['./dist/api.oci.tar', 'dist/api.oci.tar'],
    ['/tmp/123/api.oci.tar', 'api.oci.tar'],
    ['../api.oci.tar', 'api.oci.tar'],
  ])('knows %s as %s', (reference, name) => {
    expect(imageNameOf(reference)).toBe(name)
  })
})
