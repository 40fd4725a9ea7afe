import { readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claimedEntry } from '../archive/testing/tar-blocks.ts'
import { tarOf, zipOf } from '../audit/testing/archives.ts'
import { AuditFolder, offline, records } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

describe('advisories', () => {
  const entries = records.map((one): [string, string] => [`crates/${one.id}.json`, JSON.stringify(one)])

  test('are the same data, with the same digest, from a folder, a tar, a tar.gz, a zip or an import', async () => {
    await at.put('osv.tar', await tarOf(entries))
    await at.put('osv.tar.gz', gzipSync(await tarOf(entries)))
    await at.put('all.zip', zipOf(entries))
    await at.run(['advisories', 'import', 'all.zip'])
    const ways = ['osv', 'osv.tar', 'osv.tar.gz', 'all.zip', 'home/advisories']
    const audits = await Promise.all(ways.map((way) => at.auditJson('--advisories', way, '--offline')))
    const { digest } = audits[0]?.advisories ?? {}
    for (const { advisories, findings } of audits) {
      expect(advisories).toMatchObject({ digest, count: 3 })
      expect(findings).toEqual(audits[0]?.findings)
    }
  })

  test('of an archive are the same when it was read before, and when what was kept of it is broken', async () => {
    await at.put('osv.tar.gz', gzipSync(await tarOf(entries)))
    const audit = () => at.run(['audit', '--json', '--advisories', 'osv.tar.gz', '--offline'])
    const first = await audit()
    const folder = join(at.path, 'home/cache/archives')
    const [name = ''] = await readdir(folder)
    const kept = await readFile(join(folder, name), 'utf8')
    expect(await audit()).toEqual(first)
    await at.put(`home/cache/archives/${name}`, kept.replace('bad\t', 'fine\t'))
    expect(await audit()).toEqual(first)
    expect(await readFile(join(folder, name), 'utf8')).toBe(kept)
    expect([first.exit, JSON.parse(first.out).findings.length]).toEqual([1, 2])
  })

  test('of an archive that was replaced are those of the new one', async () => {
    const audit = () => at.auditJson('--advisories', 'osv.tar', '--offline')
    await at.put('osv.tar', await tarOf(entries))
    expect((await audit()).findings).toHaveLength(2)
    await at.put('osv.tar', await tarOf(entries.slice(1)))
    expect((await audit()).findings).toHaveLength(1)
  })

  test('of an archive that holds what cannot be read stay unknown when it is asked again', async () => {
    await at.put('osv.tar', await tarOf([...entries, ['broken.json', '{']]))
    const audit = () => at.auditJson('--advisories', 'osv.tar', '--offline', '--fail-on', 'critical')
    const first = await audit()
    expect(first.unknowns).toMatchObject([{ what: 'data-unreadable' }])
    expect(await audit()).toEqual(first)
  })

  test('that were imported are used from then on, and swapped in whole', async () => {
    await at.run(['advisories', 'import', 'osv'])
    expect((await at.auditJson('--offline')).findings).toHaveLength(2)
    await rm(join(at.path, 'osv/RUSTSEC-2025-0002.json'))
    await at.run(['advisories', 'import', 'osv'])
    expect((await at.auditJson('--offline')).findings).toHaveLength(1)
    expect((await at.run(['advisories', 'status'])).out).toContain('2 advisories')
  })

  test('that cannot all be read are not imported, and the ones before stay', async () => {
    await at.run(['advisories', 'import', 'osv'])
    await at.put('osv/broken.json', '{"id": "RUSTSEC-2025-0009"')
    const { exit, err } = await at.run(['advisories', 'import', 'osv'])
    expect(exit).toBe(2)
    expect(err).toContain('1 of 4 records')
    expect((await at.auditJson('--offline')).advisories.count).toBe(3)
    expect((await at.run(['advisories', 'import', 'osv', '--partial'])).exit).toBe(0)
    expect((await at.auditJson('--offline')).unknowns).toMatchObject([{ what: 'data-unreadable' }])
  })

  test('what is exploited is joined where its catalogue is loaded', async () => {
    await at.put('kev.json', '{"vulnerabilities":[{"cveID":"CVE-2025-0001"}]}')
    await at.put('epss.csv.gz', gzipSync('cve,epss,percentile\nCVE-2025-0001,0.25,0.9\n'))
    await at.run(['advisories', 'import', 'osv', '--kev', 'kev.json', '--epss', 'epss.csv.gz'])
    expect((await at.auditJson('--offline')).findings[0]).toMatchObject({
      isExploited: true,
      exploitProbability: 0.25,
    })
    expect((await at.run(['advisories', 'import', 'osv', '--kev', 'epss.csv.gz'])).exit).toBe(2)
  })

  test('a store that was damaged is told, and nothing is judged by half of it', async () => {
    await at.run(['advisories', 'import', 'osv'])
    const { folder: data } = JSON.parse(
      await readFile(join(at.path, 'home/advisories/current.json'), 'utf8'),
    ) as { folder: string }
    await writeFile(join(at.path, 'home/advisories', data, 'crates.io.lines'), 'bad\t{}\n')
    const { exit, err } = await at.run(['audit', '--offline'])
    expect(exit).toBe(1)
    expect(err).toContain('ADVISORY_STORE_DAMAGED')
  })

  test('a store in which a name was changed, or whose head is none, is told', async () => {
    await at.run(['advisories', 'import', 'osv'])
    const place = join(at.path, 'home/advisories')
    const head = await readFile(join(place, 'current.json'), 'utf8')
    const lines = join(place, (JSON.parse(head) as { folder: string }).folder, 'crates.io.lines')
    await writeFile(lines, (await readFile(lines, 'utf8')).replace('bad\t', 'bat\t'))
    expect((await at.run(['audit', '--offline'])).err).toContain('ADVISORY_STORE_DAMAGED')
    for (const other of ['null', '[]', '{"format":1,"folder":"data-1"}']) {
      await writeFile(join(place, 'current.json'), other)
      expect((await at.run(['audit', '--offline'])).err).toContain('ADVISORY_STORE_DAMAGED')
    }
  })

  test('of one ecosystem do not cover another one that they mention', async () => {
    const shared = {
      id: 'GHSA-aaaa',
      modified: '2025-12-31T00:00:00Z',
      affected: ['crates.io', 'npm'].map((ecosystem) => ({
        package: { ecosystem, name: 'shared' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
      })),
    }
    await at.put('osv/shared.json', JSON.stringify(shared))
    const lock = (name: string): string =>
      `{"lockfileVersion":3,"packages":{"node_modules/${name}":{"version":"1.0.0"}}}`
    await at.put('package-lock.json', lock('a'))
    for (const argv of [['--advisories', 'osv'], []]) {
      await at.run(['advisories', 'import', 'osv'])
      const { verdict, unknowns } = await at.auditJson(
        '--lockfile',
        'package-lock.json',
        '--offline',
        ...argv,
      )
      expect([verdict, unknowns]).toMatchObject(['unknown', [{ what: 'ecosystem-not-covered' }]])
    }
    await at.put('package-lock.json', lock('shared'))
    expect((await at.auditJson('--lockfile', 'package-lock.json', '--offline')).findings).toHaveLength(1)
    expect((await at.run(['advisories', 'status'])).out).toContain('only in part, so not covered: npm (1)')
  })

  const odd = { name: 'crates/RUSTSEC-2025-0009.json', type: '0', linkname: '' }
  const hostile: [string, () => Promise<Buffer> | Buffer][] = [
    ['cut.tar.gz', async () => gzipSync(await tarOf(entries)).subarray(0, 100)],
    [
      'cut-between-entries.tar',
      async () => {
        const tar = await tarOf(entries)
        return tar.subarray(0, tar.indexOf('crates/RUSTSEC-2025-0003.json'))
      },
    ],
    [
      'sizeless.tar',
      async () =>
        Buffer.concat([claimedEntry({ ...odd, size: '\u0085' }, Buffer.alloc(0)), await tarOf(entries)]),
    ],
    ['cut.zip', () => zipOf(entries).subarray(0, 200)],
    ['noise.tar', () => Buffer.alloc(5000, 7)],
    ['nothing.tar.gz', () => gzipSync(Buffer.alloc(0))],
    [
      'lying.zip',
      () => {
        const zip = zipOf(entries)
        zip.writeUInt32LE(0xfffffff0, zip.length - 6)
        return zip
      },
    ],
  ]
  test.each(hostile)('%s is refused in words', async (name, content) => {
    await at.put(name, await content())
    const { exit, err } = await at.run(['advisories', 'import', name])
    expect(exit).toBe(2)
    expect(err).toMatch(/ADVISORIES_(?:UNREADABLE|EMPTY)/)
  })

  test('that are links are read where they lead to a file, and told where not', async () => {
    await at.put('apart/one', JSON.stringify(records[0]))
    await rm(join(at.path, 'osv/RUSTSEC-2025-0001.json'))
    await symlink('../apart/one', join(at.path, 'osv/linked.JSON'))
    const read = await at.auditJson(...offline)
    expect([read.findings.length, read.unknowns]).toEqual([2, []])
    await symlink('../apart', join(at.path, 'osv/folder'))
    await symlink('nowhere', join(at.path, 'osv/dangling.json'))
    expect((await at.auditJson(...offline)).unknowns).toMatchObject([
      { what: 'data-unreadable', message: expect.stringMatching(/^2 /) },
    ])
    const { err } = await at.run(['advisories', 'import', 'osv'])
    expect(err).toContain('2 of 5 records')
  })

  test('that are links in an archive are told', async () => {
    const tar = pack()
    tar.entry({ name: 'a.json' }, JSON.stringify(records[0]))
    tar.entry({ name: 'b.json', type: 'symlink', linkname: 'a.json' })
    tar.finalize()
    await at.put('linked.tar', await buffer(tar))
    const { unknowns } = await at.auditJson(
      '--advisories',
      'linked.tar',
      '--offline',
      '--fail-on',
      'critical',
    )
    expect(unknowns).toMatchObject([{ what: 'data-unreadable' }])
  })

  test('of a name that no package can have are told, and break nothing', async () => {
    await at.put(
      'osv/x.json',
      JSON.stringify({ ...records[2], id: 'A-1' }).replace('"name":"elsewhere"', '"name":"else\\twhere\\n"'),
    )
    expect((await at.auditJson(...offline)).unknowns).toMatchObject([{ what: 'data-unreadable' }])
    expect((await at.run(['advisories', 'import', 'osv', '--partial'])).exit).toBe(0)
    expect((await at.auditJson('--offline')).findings).toHaveLength(2)
  })

  test('names in an archive are names, never places: nothing is written anywhere', async () => {
    await at.put(
      'up.tar',
      await tarOf([
        ['../../up.json', JSON.stringify(records[0])],
        ['/etc/abs.json', JSON.stringify(records[1])],
      ]),
    )
    expect((await at.auditJson('--advisories', 'up.tar', '--offline')).advisories.count).toBe(2)
  })
})
