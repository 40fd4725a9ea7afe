import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { zipOf } from '../audit/testing/archives.ts'
import { AuditFolder } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
let server: Server
let files: Map<string, string | Buffer>
let asked: string[]
let mirror: string
beforeEach(async () => {
  at = await AuditFolder.open()
  files = new Map()
  asked = []
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice('/osv/'.length)
    asked.push(path)
    const content = files.get(path)
    if (content === 'breaks')
      response.writeHead(200, { 'content-length': 1000 }).write('half', () => response.destroy())
    else response.writeHead(content === undefined ? 404 : 200).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/osv`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await at.close()
})

interface Given {
  id: string
  name: string
  second: number
  withdrawn?: string
  ecosystem?: string
}

const timeOf = (second: number): string => `2025-12-31T00:00:${String(second).padStart(2, '0')}Z`

const recordOf = ({ id, name, second, withdrawn, ecosystem = 'crates.io' }: Given): string =>
  JSON.stringify({
    id,
    modified: timeOf(second),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    affected: [{ package: { ecosystem, name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] }],
  })

/** Serves these records as osv.dev does; `archive` where its archive is older than its list. */
function publish(
  records: readonly Given[],
  archive: readonly Given[] = records,
  ecosystem = 'crates.io',
): void {
  files.set('ecosystems.txt', 'crates.io\nnpm\nDebian\nDWF\n')
  const rows = records
    .toSorted((a, b) => b.second - a.second)
    .map(({ id, second }) => `${timeOf(second)},${id}`)
  files.set(`${ecosystem}/modified_id.csv`, `${rows.join('\n')}\n`)
  files.set(
    `${ecosystem}/all.zip`,
    zipOf(archive.map((one): [string, string] => [`${one.id}.json`, recordOf(one)])),
  )
  for (const one of records) files.set(`${ecosystem}/${one.id}.json`, recordOf(one))
}

const bad: Given = { id: 'RUSTSEC-2025-0001', name: 'bad', second: 1 }
const old: Given = { id: 'RUSTSEC-2025-0002', name: 'old', second: 2 }
const good: Given = { id: 'RUSTSEC-2025-0003', name: 'good', second: 3 }

const sync = async (...argv: string[]) => {
  const { exit, out } = await at.run(['advisories', 'sync', '--json', '--mirror', mirror, ...argv])
  return {
    exit,
    ...(JSON.parse(out) as {
      fetched?: Record<string, string>
      error?: { code: string; title: string; hint: string }
    }),
  }
}
const first = () => sync('--ecosystem', 'crates.io')
const found = async (): Promise<string[]> =>
  (await at.auditJson('--offline')).findings.map((finding) => finding.package).toSorted()
const head = () => readFile(join(at.path, 'home/advisories/current.json'), 'utf8')

describe('a sync', () => {
  test('loads everything once, then only what changed; a withdrawn record concerns nobody any more', async () => {
    publish([bad, old])
    expect(await first()).toMatchObject({ exit: 0, fetched: { 'crates.io': 'all' } })
    expect(await found()).toEqual(['bad', 'old'])
    publish([bad, { ...old, second: 4, withdrawn: timeOf(4) }, good])
    asked.length = 0
    expect(await sync()).toMatchObject({ exit: 0, fetched: { 'crates.io': '2' } })
    expect(asked).not.toContain('crates.io/all.zip')
    expect(await found()).toEqual(['bad', 'good'])
    expect(await sync()).toMatchObject({ exit: 0, fetched: { 'crates.io': '0' } })
    expect(await found()).toEqual(['bad', 'good'])
    expect(
      (await readdir(join(at.path, 'home/advisories'))).filter((name) => name.startsWith('d')),
    ).toHaveLength(1)
  })

  test('is told by status, with the mirror, the time and what is covered', async () => {
    publish([bad])
    await first()
    const { out } = await at.run(['advisories', 'status'])
    expect(out).toContain(`synced  2026-01-01 00:10 UTC, 0 days old, from ${mirror}`)
    expect(out).toContain('covers  crates.io (1); nothing else')
  })

  test('fetches one by one what the archive has not yet', async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({
      id: `RUSTSEC-2025-1${index}`,
      name: 'x',
      second: 0,
    }))
    publish([...many, bad, old], [...many, bad])
    await first()
    expect(await found()).toEqual(['bad', 'old'])
  })

  test('takes a folder laid out as a mirror, without a network', async () => {
    publish([bad])
    for (const [name, content] of files) await at.put(`bundle/${name}`, content)
    const { exit } = await at.run(['advisories', 'sync', '--mirror', 'bundle', '--ecosystem', 'crates.io'])
    expect([exit, await found(), asked]).toEqual([0, ['bad'], []])
  })

  test('keeps several ecosystems apart, and goes on with those it knows', async () => {
    publish([bad])
    publish([{ id: 'GHSA-aaaa-bbbb-cccc', name: 'left', second: 1, ecosystem: 'npm' }], undefined, 'npm')
    await first()
    expect(await sync('--ecosystem', 'npm')).toMatchObject({ fetched: { 'crates.io': '0', npm: 'all' } })
    expect(await sync()).toMatchObject({ fetched: { 'crates.io': '0', npm: '0' } })
  })

  test('asks which ecosystems are meant, and knows only those that can be compared', async () => {
    publish([bad])
    for (const argv of [[], ['--ecosystem', 'DWF'], ['--ecosystem', 'crates']]) {
      const { exit, error } = await sync(...argv)
      expect([exit, error?.code]).toEqual([2, 'ADVISORIES_ECOSYSTEM_UNKNOWN'])
      expect(error?.hint).toContain('It has: crates.io, npm, Debian.')
    }
  })

  test('goes to no unencrypted address elsewhere', async () => {
    const { exit, out } = await at.run([
      'advisories',
      'sync',
      '--json',
      '--mirror',
      'http://mirror.example/osv',
    ])
    expect([exit, out]).toEqual([2, expect.stringContaining('ADVISORIES_MIRROR_REFUSED')])
  })
})

describe('what is there stays in use, whole, where a mirror', () => {
  const altered = () => {
    const zip = files.get('crates.io/all.zip') as Buffer
    const place = zip.indexOf('"good"')
    zip.write('"evil"', place)
  }
  const next: Given = { ...good, id: 'RUSTSEC-2025-0004', second: 9 }
  const ways: [string, string, string[], () => void][] = [
    [
      'breaks off in its list',
      'ADVISORIES_MIRROR_FAILED',
      [],
      () => files.set('crates.io/modified_id.csv', 'breaks'),
    ],
    [
      'breaks off in its archive',
      'ADVISORIES_MIRROR_FAILED',
      ['--again'],
      () => files.set('crates.io/all.zip', 'breaks'),
    ],
    [
      'breaks off in a record',
      'ADVISORIES_MIRROR_FAILED',
      [],
      () => {
        publish([bad, old, good, next])
        files.set('crates.io/RUSTSEC-2025-0004.json', 'breaks')
      },
    ],
    [
      'lacks a record that it lists',
      'ADVISORIES_MIRROR_FAILED',
      [],
      () => {
        publish([bad, old, good, next])
        files.delete('crates.io/RUSTSEC-2025-0004.json')
      },
    ],
    [
      'gives half an archive',
      'ADVISORIES_UNREADABLE',
      ['--again'],
      () => files.set('crates.io/all.zip', (files.get('crates.io/all.zip') as Buffer).subarray(0, 300)),
    ],
    ['gives an altered archive', 'ADVISORIES_UNREADABLE', ['--again'], altered],
    [
      'gives another record than it lists',
      'ADVISORIES_SYNC_REFUSED',
      [],
      () => {
        publish([bad, old, good, next])
        files.set('crates.io/RUSTSEC-2025-0004.json', recordOf(bad))
      },
    ],
    [
      'gives a record as it was before',
      'ADVISORIES_SYNC_REFUSED',
      [],
      () => {
        publish([bad, old, { ...good, second: 9 }])
        files.set('crates.io/RUSTSEC-2025-0003.json', recordOf(good))
      },
    ],
    [
      'gives a record that cannot be read',
      'ADVISORIES_SYNC_UNREADABLE',
      [],
      () => {
        publish([bad, old, good, next])
        files.set(
          'crates.io/RUSTSEC-2025-0004.json',
          recordOf(next).replace('"introduced":"0"', '"introduced":7'),
        )
      },
    ],
    ['is older than what is here', 'ADVISORIES_SYNC_REFUSED', [], () => publish([bad, old])],
    ['lists half of what it did', 'ADVISORIES_SYNC_REFUSED', [], () => publish([next])],
    [
      'has an archive without most of its list',
      'ADVISORIES_SYNC_REFUSED',
      ['--again'],
      () => publish([bad, old, good], [bad]),
    ],
    [
      'shows a page instead of its list',
      'ADVISORIES_SYNC_REFUSED',
      [],
      () => files.set('crates.io/modified_id.csv', '<html>'),
    ],
  ]
  test.each(ways)('%s', async (...[, code, argv, spoil]) => {
    publish([bad, old, good])
    await first()
    const before = await head()
    spoil()
    const { exit, error } = await sync(...argv, ...(argv.length > 0 ? ['--ecosystem', 'crates.io'] : []))
    expect([error?.code, exit === 0]).toEqual([code, false])
    expect(await head()).toBe(before)
    expect(await found()).toEqual(['bad', 'good', 'old'])
    expect(
      (await readdir(join(at.path, 'home/advisories'))).filter((name) => name.startsWith('draft')),
    ).toEqual([])
  })
})
