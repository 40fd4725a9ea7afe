import { execFileSync } from 'node:child_process'
import { readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditableOf, elfOf } from '../image/testing/elf-program.ts'
import { dockerSave, layerOf } from '../image/testing/image-archive.ts'
import { AuditFolder, lockOf, offline } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

describe('towpath audit', () => {
  test('tells what is wrong, how it got here, and the command that mends it', async () => {
    const { exit, out, err } = await at.run(['audit', ...offline])
    await expect(out).toMatchFileSnapshot('golden/audit.txt')
    expect(err).toContain('1 vulnerability, 1 warning; 1 count under --fail-on vulnerabilities.')
    expect(exit).toBe(1)
  })

  test('gives scripts the fields they read', async () => {
    const { exit, findings, advisories } = await at.auditJson(...offline)
    expect(findings).toEqual([
      expect.objectContaining({
        id: 'RUSTSEC-2025-0001',
        aliases: ['CVE-2025-0001'],
        package: 'bad',
        version: '1.0.0',
        kind: 'vulnerability',
        severity: 'critical',
        score: 9.8,
        fixed: '1.0.1',
        presence: 'unknown',
        path: ['app 0.1.0', 'bad 1.0.0'],
      }),
      expect.objectContaining({
        id: 'RUSTSEC-2025-0002',
        kind: 'unmaintained',
        severity: 'unscored',
        score: null,
        fixed: null,
      }),
    ])
    expect(advisories).toEqual({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      newest: '2025-12-31T00:00:00Z',
      count: 3,
      from: 'osv',
    })
    expect(exit).toBe(1)
  })

  test.each([
    [{ app: null, good: '1.0.0' }, 0, 0],
    [{ app: null, old: '0.1.0' }, 0, 1],
    [{ app: null, bad: '1.0.0' }, 1, 1],
  ])('of %j ends as cargo audit does, and as its --deny warnings: %i, %i', async (lock, plain, denying) => {
    await at.put('Cargo.lock', lockOf(lock))
    expect((await at.run(['audit', ...offline])).exit).toBe(plain)
    expect((await at.run(['audit', ...offline, '--fail-on', 'warnings'])).exit).toBe(denying)
  })

  test('tells what an image ships of it, and counts only that where it is asked to', async () => {
    const names = Array.from({ length: 10 }, (_, nth) => `lib${nth}`)
    const libs = Object.fromEntries(names.map((name) => [name, '1.0.0']))
    await at.put('Cargo.lock', lockOf({ app: null, bad: '1.0.0', old: '0.1.0', ...libs }))
    const put = async (...crates: string[]) => {
      const listed = crates.map((name) => ({
        name,
        version: name === 'old' ? '0.1.0' : '1.0.0',
        source: 'crates.io',
      }))
      await at.put(
        'image.tar',
        await layerOf(dockerSave([await layerOf([['app', elfOf([auditableOf(listed)])]])])),
      )
    }
    const strict = [...offline, '--image', 'image.tar', '--shipped-only']
    await put(...names, 'old')
    expect(await at.auditJson(...strict)).toMatchObject({
      exit: 0,
      findings: [
        { package: 'bad', presence: 'locked-only', bump: { command: expect.any(String) } },
        { package: 'old', presence: 'shipped' },
      ],
    })
    expect((await at.auditJson(...offline, '--image', 'image.tar')).exit).toBe(1)
    expect((await at.auditJson(...strict, '--fail-on', 'warnings')).exit).toBe(1)
    await put(...names, 'bad')
    const { exit, out } = await at.run(['audit', ...strict])
    expect([exit, out]).toEqual([1, expect.stringContaining('✖ vulnerability, shipped')])
    await put('bad', 'unpinned')
    expect((await at.auditJson(...strict)).findings).toMatchObject([
      { presence: 'shipped' },
      { presence: 'unknown' },
    ])
  })

  const rules: [string, number][] = [
    ['none', 0],
    ['vulnerabilities', 1],
    ['warnings', 1],
    ['low', 1],
    ['critical', 1],
  ]
  test.each(rules)('--fail-on %s ends with %i', async (rule, code) => {
    expect((await at.run(['audit', ...offline, '--fail-on', rule])).exit).toBe(code)
  })

  test('warnings alone fail only where they are meant to', async () => {
    await at.put('Cargo.lock', lockOf({ app: null, old: '0.1.0' }))
    expect((await at.run(['audit', ...offline])).exit).toBe(0)
    expect((await at.run(['audit', ...offline, '--fail-on', 'warnings'])).exit).toBe(1)
  })

  test('is green where nothing is known, and says as of when', async () => {
    await at.put('Cargo.lock', lockOf({ app: null, good: '1.0.0' }))
    const { exit, out, err } = await at.run(['audit', ...offline])
    expect(out).toMatch(
      /^✔ nothing known against it\n {2}2 packages|^✔ nothing known against it\n {2}1 packages of 1 lockfile against 3 advisories, as of 2025-12-31/,
    )
    expect([exit, err]).toEqual([0, ''])
  })

  test('an ecosystem that the advisories do not cover is unknown, not clean', async () => {
    await rm(join(at.path, 'Cargo.lock'))
    await at.put(
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1"}},"node_modules/a":{"version":"1.0.0"}}}',
    )
    const { exit, verdict, unknowns, error } = await at.auditJson(...offline)
    expect([exit, verdict, error?.code]).toEqual([1, 'unknown', 'AUDIT_UNKNOWN'])
    expect(unknowns).toMatchObject([{ what: 'ecosystem-not-covered' }])
    expect((await at.run(['audit', ...offline])).out).toContain('npm is not covered by the advisories')
  })

  test('advisories that are too old are unknown, unless they are taken as they are', async () => {
    await at.put('Cargo.lock', lockOf({ app: null, good: '1.0.0' }))
    expect(await at.auditJson('--advisories', 'osv', '--max-age', '1h')).toMatchObject({
      exit: 1,
      verdict: 'unknown',
      unknowns: [{ what: 'data-too-old' }],
    })
    expect(await at.auditJson('--advisories', 'osv', '--max-age', '7d')).toMatchObject({
      exit: 0,
      verdict: 'clean',
    })
    expect((await at.run(['audit', '--max-age', 'soon'])).exit).toBe(2)
  })

  test('finds every lockfile below a folder, but not those of others', async () => {
    await at.put('services/shop/Cargo.lock', lockOf({ shop: null, bad: '1.0.0' }))
    await at.put('node_modules/x/Cargo.lock', lockOf({ x: null, bad: '0.9.0' }))
    await at.put('.hidden/Cargo.lock', lockOf({ x: null, bad: '0.8.0' }))
    const { findings } = await at.auditJson(...offline)
    expect(findings.map(({ file }) => file)).toEqual(['Cargo.lock', 'Cargo.lock', 'services/shop/Cargo.lock'])
    expect((await at.auditJson('services', ...offline)).findings).toHaveLength(1)
  })

  test('a named lockfile that cannot be read ends with 2 and its place; nothing is judged', async () => {
    await at.put('Cargo.lock', 'version = 4\n[[package]\n')
    const { exit, err, out } = await at.run(['audit', '--lockfile', 'Cargo.lock', ...offline])
    expect([exit, out]).toEqual([2, ''])
    expect(err).toContain('Cargo.lock:2 is no TOML')
    expect((await at.run(['audit', '--lockfile', 'gone.lock', ...offline])).exit).toBe(2)
  })

  test('one that was found and cannot be read keeps the rest, and the answer from being clean', async () => {
    await at.put('Cargo.lock', lockOf({ app: null, good: '1.0.0' }))
    await at.put('go.mod', 'what is this')
    expect(await at.auditJson(...offline)).toMatchObject({
      exit: 1,
      verdict: 'unknown',
      unknowns: [{ what: 'inventory-gap' }],
    })
  })

  test('a lockfile of a tool that is not read keeps the answer from being clean', async () => {
    await at.put('Cargo.lock', lockOf({ app: null, good: '1.0.0' }))
    await at.put('docs/Gemfile.lock', 'GEM\n')
    const { exit, verdict, unknowns } = await at.auditJson(...offline)
    expect([exit, verdict]).toEqual([1, 'unknown'])
    expect(unknowns).toMatchObject([
      { message: expect.stringContaining('docs/Gemfile.lock is a lockfile of Ruby') },
    ])
    expect(await at.auditJson('--lockfile', 'Cargo.lock', ...offline)).toMatchObject({ verdict: 'clean' })
  })

  test('a lockfile that is a link is read, and one that leads nowhere is told', async () => {
    await at.put('elsewhere/it', lockOf({ app: null, bad: '1.0.0' }))
    await rm(join(at.path, 'Cargo.lock'))
    await symlink('elsewhere/it', join(at.path, 'Cargo.lock'))
    expect((await at.auditJson(...offline)).findings).toMatchObject([{ package: 'bad', file: 'Cargo.lock' }])
    await at.put('elsewhere/it', lockOf({ app: null, good: '1.0.0' }))
    await symlink('gone', join(at.path, 'yarn.lock'))
    execFileSync('mkfifo', [join(at.path, 'go.mod')])
    const { verdict, unknowns } = await at.auditJson(...offline)
    expect([verdict, unknowns.length]).toEqual(['unknown', 2])
  })

  test('without a lockfile there is nothing to judge, which is not clean', async () => {
    const { exit, err } = await at.run(['audit', 'osv', ...offline])
    expect(exit).toBe(2)
    expect(err).toContain('LOCKFILE_NOT_FOUND')
  })

  test('the snapshot that comes along covers crates.io, and says so', async () => {
    const { out } = await at.run(['advisories', 'status'])
    expect(out).toMatch(/covers {2}crates\.io \(\d+\); nothing else/)
    const { exit, out: page } = await at.run(['audit', '--offline'])
    expect(page).toContain('the snapshot that came with Towpath')
    expect(exit).toBe(0)
  })
})

describe('waivers', () => {
  const waiver = (expires: string) =>
    `waivers:\n  - {advisory: CVE-2025-0001, owner: alice, reason: not reached, expires: ${expires}}\n`

  test('let a finding pass until they are over; then it counts again and names its owner', async () => {
    await at.put('.towpath/waivers.yaml', waiver('2026-03-01'))
    expect((await at.run(['audit', ...offline])).exit).toBe(0)
    expect((await at.run(['audit', ...offline])).out).toContain('waived until 2026-03-01')
    await at.put('.towpath/waivers.yaml', waiver('2025-12-31'))
    const { exit, out } = await at.run(['audit', ...offline])
    expect(exit).toBe(1)
    expect(out).toMatch(/CVE-2025-0001 is waived no more since 2025-12-31; it counts again {2}owner: alice/)
  })

  test('that cannot be read let nothing pass, and the audit says why', async () => {
    await at.put('.towpath/waivers.yaml', waiver('2027-01-01'))
    const { exit, err } = await at.run(['audit', ...offline])
    expect(exit).toBe(2)
    expect(err).toContain('.towpath/waivers.yaml:2:')
    expect(err).toContain('at most 90 days')
  })

  test('of others stay as they are when more are taken over, however often an advisory stands there', async () => {
    const own = [
      ['CVE-2025-0001', 'app', '2026-02-01'],
      ['CVE-2025-0001', 'bad', '2026-02-02'],
      ['RUSTSEC-2025-0002', 'old', '2025-12-01'],
    ].map(
      ([advisory, name, expires]) =>
        `  - {advisory: ${advisory}, package: ${name}, owner: carol, reason: mine, expires: ${expires}}\n`,
    )
    const before = `# kept\nwaivers:\n${own.join('')}`
    await at.put('.towpath/waivers.yaml', before)
    await at.put('audit.toml', '[advisories]\nignore = ["CVE-2025-0001", "RUSTSEC-2025-0002"]\n')
    const take = () => at.run(['advisories', 'waivers', 'audit.toml', '--owner', 'alice'])
    // One for some packages, and one that is over, are not what the other tool was told.
    expect((await take()).out).toContain('2 taken over')
    const after = await readFile(join(at.path, '.towpath/waivers.yaml'), 'utf8')
    expect(after.startsWith(before)).toBe(true)
    expect((await take()).out).toContain('0 taken over')
    expect((await at.run(['audit', ...offline, '--fail-on', 'warnings'])).exit).toBe(0)
  })

  test('that only say that somebody looks into it let nothing pass, and the page tells', async () => {
    const looking = waiver('2026-03-01').replace('owner', 'status: under_investigation, owner')
    await at.put('.towpath/waivers.yaml', looking)
    const { exit, out } = await at.run(['audit', ...offline])
    expect(exit).toBe(1)
    expect(out).toContain('CVE-2025-0001 (line 2) is under investigation, so it counts')
  })

  test('that are no file let nothing pass, and the audit says why', async () => {
    await at.put('.towpath/waivers.yaml/x', '')
    const { exit, err } = await at.run(['audit', ...offline])
    expect(exit).toBe(2)
    expect(err).toContain('FILE_UNREADABLE')
  })

  test('are taken over from what other tools ignore, with an owner and an end, once', async () => {
    await at.put('audit.toml', '[advisories]\nignore = ["CVE-2025-0001"]\n')
    await at.put(
      'osv-scanner.toml',
      '[[IgnoredVulns]]\nid = "RUSTSEC-2025-0002"\nignoreUntil = 2026-02-01\nreason = "leaving it"\n[[IgnoredVulns]]\nid = "CVE-2020-1"\nignoreUntil = 2020-02-01\n',
    )
    const take = () => at.run(['advisories', 'waivers', 'audit.toml', 'osv-scanner.toml', '--owner', 'alice'])
    expect((await take()).out).toContain('2 taken over')
    expect((await take()).out).toContain('0 taken over')
    expect((await at.run(['audit', ...offline, '--fail-on', 'warnings'])).exit).toBe(0)
    expect(await readFile(join(at.path, '.towpath/waivers.yaml'), 'utf8')).toContain('expires: 2026-02-01')
    await at.put('deny.toml', '[advisories]\nignore = ["RUSTSEC-2025-0003"]\n')
    expect((await at.run(['advisories', 'waivers', 'deny.toml', '--owner', 'bob'])).exit).toBe(0)
    expect((await at.run(['audit', ...offline])).out).toContain('RUSTSEC-2025-0003 (line')
    await at.put('deny.toml', '[advisories]\nignore = [1]\n')
    expect((await at.run(['advisories', 'waivers', 'deny.toml', '--owner', 'bob'])).exit).toBe(2)
  })
})
