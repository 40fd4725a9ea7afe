import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { execFileSync } from 'node:child_process'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'
import { auditableOf, elfOf } from '../image/testing/elf-program.ts'
import {
  debianRelease,
  dockerSave,
  dpkgStatus,
  layerOf,
  nodePackage,
  ociLayout,
  sha256,
} from '../image/testing/image-archive.ts'
import type { Entry } from '../image/testing/image-archive.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

const program = elfOf([
  auditableOf([
    { name: 'bad', version: '1.0.0', source: 'crates.io' },
    { name: 'old', version: '0.1.0', source: 'crates.io' },
    { name: 'good', version: '1.0.0', source: 'crates.io' },
  ]),
])

const put = async (...layers: (readonly Entry[])[]): Promise<Buffer[]> => {
  const made = await Promise.all(layers.map(layerOf))
  await at.put('image.tar', await layerOf(dockerSave(made)))
  return made
}

interface ScanDocument {
  exit: number
  verdict: string
  findings: object[]
  unknowns: { what: string; message: string }[]
  inventory: {
    images: object[]
    components: { purl: string; name: string; version: string; architecture: string; layer: string }[]
  }
  error?: { code: string; title: string; hint: string }
}

const scan = async (...argv: string[]): Promise<ScanDocument> => {
  const { exit, out } = await at.run(['scan', '--json', ...offline, ...argv])
  return { ...(JSON.parse(out) as ScanDocument), exit }
}

/** An OSV record of one package of Debian 12. */
const debianRecord = (name: string, fixed: string): string =>
  JSON.stringify({
    id: 'DEBIAN-CVE-2026-0001',
    modified: '2025-12-31T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'Debian:12', name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  })

describe('towpath scan', () => {
  test('tells what the image ships that is known to be bad, and where in it', async () => {
    await put([['usr/bin/app', program]])
    const { exit, out, err } = await at.run(['scan', 'image.tar', ...offline])
    await expect(out).toMatchFileSnapshot('golden/scan.txt')
    expect(err).toContain('1 vulnerability, 1 warning; 1 count under --fail-on vulnerabilities.')
    expect(exit).toBe(1)
  })

  test('gives scripts the fields they read', async () => {
    const [layer] = await put([['usr/bin/app', program]])
    const { inventory, findings, exit } = await scan('image.tar')
    expect(inventory.components[0]).toMatchObject({
      purl: 'pkg:cargo/bad@1.0.0',
      layer: `sha256:${sha256(layer ?? '')}`,
      path: 'usr/bin/app',
      presence: 'shipped',
    })
    expect(inventory.images).toMatchObject([{ name: 'app:1', platform: 'linux/amd64' }])
    expect(findings[0]).toMatchObject({
      id: 'RUSTSEC-2025-0001',
      package: 'bad',
      presence: 'shipped',
      file: 'usr/bin/app',
      fixed: '1.0.1',
      bump: null,
    })
    expect(exit).toBe(1)
  })

  test('ends with 0 where all was judged and nothing counts, and by --fail-on none', async () => {
    await put([['app', elfOf([auditableOf([{ name: 'good', version: '1.0.0', source: 'crates.io' }])])]])
    expect(await scan('image.tar')).toMatchObject({ exit: 0, verdict: 'clean', unknowns: [] })
    await put([['app', program]])
    expect(await scan('image.tar', '--fail-on', 'none')).toMatchObject({ exit: 0 })
  })

  test('judges no package that a later layer took away', async () => {
    await put([['app', program]], [['.wh.app', ''], nodePackage('left', '1.0.0')])
    const { findings, inventory } = await scan('image.tar')
    expect(findings).toEqual([])
    expect(inventory.components.map(({ name }) => name)).toEqual(['left'])
  })

  test('is unknown, and not clean, where advisories do not cover the system', async () => {
    await put([
      ['etc/os-release', debianRelease],
      ['var/lib/dpkg/status', dpkgStatus({ bash: '5.2-1' })],
    ])
    const { exit, verdict, unknowns, error } = await scan('image.tar')
    expect({ exit, verdict }).toEqual({ exit: 1, verdict: 'unknown' })
    expect(unknowns).toMatchObject([{ what: 'ecosystem-not-covered' }])
    expect(unknowns[0]?.message).toContain('Debian:12 is not covered')
    expect(error?.hint).toContain('towpath scan IMAGE --fail-on none')
  })

  test('is unknown where the list of packages was deleted, whatever the programs in it say', async () => {
    const good = elfOf([auditableOf([{ name: 'good', version: '1.0.0', source: 'crates.io' }])])
    await put([
      ['etc/os-release', debianRelease],
      ['app', good],
    ])
    expect(await scan('image.tar')).toMatchObject({
      exit: 1,
      verdict: 'unknown',
      unknowns: [{ what: 'inventory-gap', message: expect.stringContaining('made of debian') }],
    })
  })

  test('follows the name of a system to where systems keep it, and no further in silence', async () => {
    const name = (linkname: string): Entry => ({ name: 'etc/os-release', type: 'symlink', linkname })
    const rest: Entry[] = [
      ['usr/lib/os-release', debianRelease],
      ['opt/os-release', debianRelease],
      ['var/lib/dpkg/status', dpkgStatus({ bash: '5.2-1' })],
    ]
    await at.put('osv/debian.json', debianRecord('other', '1'))
    await put([name('../usr/lib/os-release'), ...rest])
    expect(await scan('image.tar')).toMatchObject({ verdict: 'clean' })
    await put([name('/opt/os-release'), ...rest])
    expect((await scan('image.tar')).unknowns[0]?.message).toContain('is a link to opt/os-release')
  })

  test('compares packages of a system by their source, in the order of that system', async () => {
    const status = dpkgStatus({ libssl3: '3.0.9-1~deb12u1' }).replace(
      'Architecture',
      'Source: openssl\nArchitecture',
    )
    await put([
      ['etc/os-release', debianRelease],
      ['var/lib/dpkg/status', status],
    ])
    await at.put('osv/debian.json', debianRecord('openssl', '3.0.9-1'))
    expect((await scan('image.tar')).findings).toMatchObject([
      { package: 'libssl3', ecosystem: 'Debian:12', fixed: '3.0.9-1' },
    ])
    await at.put('osv/debian.json', debianRecord('openssl', '3.0.9-1~deb12u1'))
    expect(await scan('image.tar')).toMatchObject({ findings: [], verdict: 'clean' })
  })

  test('knows the long releases of Ubuntu, and what is mended for subscribers alone', async () => {
    await put([
      ['etc/os-release', 'ID=ubuntu\nVERSION_ID="22.04"\n'],
      ['var/lib/dpkg/status', dpkgStatus({ bash: '5.1-6ubuntu1', ffmpeg: '7:4.4-0ubuntu1' })],
    ])
    const record = (name: string, ...fixes: [ecosystem: string, event: object][]): string =>
      JSON.stringify({
        id: `UBUNTU-CVE-2026-${name}`,
        modified: '2025-12-31T00:00:00Z',
        affected: fixes.map(([ecosystem, event]) => ({
          package: { ecosystem, name },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, event] }],
        })),
      })
    await at.put('osv/a.json', record('bash', ['Ubuntu:22.04:LTS', { fixed: '5.1-6ubuntu1.1' }]))
    await at.put(
      'osv/b.json',
      record(
        'ffmpeg',
        ['Ubuntu:22.04:LTS', { last_affected: '7:4.4-0ubuntu1' }],
        ['Ubuntu:Pro:22.04:LTS', { fixed: '7:4.4-0ubuntu1+esm1' }],
      ),
    )
    expect(await scan('image.tar')).toMatchObject({
      unknowns: [],
      findings: [
        { package: 'bash', fixed: '5.1-6ubuntu1.1', ecosystem: 'Ubuntu:22.04:LTS' },
        { package: 'ffmpeg', fixed: '7:4.4-0ubuntu1+esm1' },
      ],
    })
  })

  test('knows the branches of Alpine, and the origin of its packages', async () => {
    await put([
      ['etc/os-release', 'ID=alpine\nVERSION_ID=3.22.1\n'],
      ['lib/apk/db/installed', 'P:libssl3\nV:3.5.1-r0\nA:x86_64\no:openssl\n\n'],
    ])
    const record = debianRecord('openssl', '3.5.1-r1').replace('Debian:12', 'Alpine:v3.22')
    await at.put('osv/alpine.json', record)
    const { findings, inventory } = await scan('image.tar')
    expect(findings).toMatchObject([{ package: 'libssl3', fixed: '3.5.1-r1', ecosystem: 'Alpine:v3.22' }])
    expect(inventory.components.map(({ purl }) => purl)).toEqual([
      'pkg:apk/alpine/libssl3@3.5.1-r0?arch=x86_64&distro=alpine-3.22.1',
    ])
  })

  test('is unknown where something in the image was not read', async () => {
    await put([
      ['app', elfOf([auditableOf([{ name: 'good', version: '1.0.0', source: 'crates.io' }])])],
      ['a.jar', 'x'],
    ])
    const { verdict, unknowns } = await scan('image.tar')
    expect(verdict).toBe('unknown')
    expect(unknowns[0]?.message).toContain('a.jar is a Java archive, which is not read')
  })

  const formats: [string, (out: string) => unknown][] = [
    ['sarif', (out) => (JSON.parse(out) as { runs: unknown[] }).runs.length],
    ['junit', (out) => (out.includes('<failure') ? 1 : 0)],
    ['github', (out) => (out.includes('::error') ? 1 : 0)],
  ]
  test.each(formats)('writes %s as the audit does', async (format, read) => {
    await put([['app', program]])
    const { out, exit } = await at.run(['scan', 'image.tar', ...offline, '--format', format])
    expect(read(out)).toBe(1)
    expect(exit).toBe(1)
  })

  test('says of what is no image why, and what would be one', async () => {
    await at.put('x.tar', await layerOf([['a', 'b']]))
    for (const path of ['x.tar', 'osv', 'nowhere.tar', 'Cargo.lock']) {
      const { exit, error } = await scan(path)
      expect([path, exit, error?.code]).toEqual([path, 2, 'IMAGE_UNREADABLE'])
      expect(error?.hint).toContain('docker save')
    }
  })

  test('takes one platform of several, or says which there are', async () => {
    await put([['app', program]])
    expect((await scan('image.tar', '--platform', 'linux/amd64')).findings.length).toBe(2)
    const { exit, error } = await scan('image.tar', '--platform', 'linux/arm64')
    expect(exit).toBe(2)
    expect(error?.title).toContain('it has linux/amd64')
  })

  test('reads an OCI layout as a folder', async () => {
    for (const [name, bytes] of ociLayout([await layerOf([['app', program]])]))
      await at.put(`layout/${name}`, bytes)
    expect((await scan('layout')).findings.length).toBe(2)
  })
})

const machineStatus = '/var/lib/dpkg/status'
describe.skipIf(!existsSync(machineStatus))("this machine's own packages (where dpkg is)", () => {
  test('are those that dpkg-query lists, with their sources', async () => {
    await put([
      ['etc/os-release', readFileSync('/etc/os-release')],
      ['var/lib/dpkg/status', readFileSync(machineStatus)],
    ])
    const format = '${db:Status-Status} ${Package} ${Version} ${Architecture}\n'
    const said = execFileSync('dpkg-query', ['-W', '-f', format], { encoding: 'utf8' })
      .split('\n')
      .filter((row) => row !== '' && !/^(?:config-files|not-installed) /.test(row))
      .map((row) => row.split(' ').slice(1).join(' '))
    const { inventory } = await scan('image.tar')
    const read = inventory.components.map((own) => `${own.name} ${own.version} ${own.architecture}`)
    expect(read.toSorted()).toEqual(said.toSorted())
  })
})
