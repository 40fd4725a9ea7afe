import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'
import { auditableOf, elfOf } from '../image/testing/elf-program.ts'
import { dockerSave, layerOf, nodePackage, ociLayout } from '../image/testing/image-archive.ts'
import type { Entry } from '../image/testing/image-archive.ts'
import { rpmDatabaseBytes } from '../image/testing/rpm-database-bytes.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

const program = elfOf([
  auditableOf(
    [
      ['bad', '1.0.0'],
      ['old', '0.1.0'],
      ['good', '1.0.0'],
    ].map(([name = '', version = '']) => ({
      name,
      version,
      source: 'crates.io',
    })),
  ),
])

const put = async (entries: readonly Entry[]): Promise<void> =>
  at.put('image.tar', await layerOf(dockerSave([await layerOf(entries)])))

interface ScanDocument {
  verdict: string
  findings: object[]
  unknowns: { message: string }[]
  inventory: { images: object[]; components: object[] }
}

const scan = async (path: string): Promise<ScanDocument> =>
  JSON.parse((await at.run(['scan', '--json', ...offline, path])).out) as ScanDocument

describe('towpath scan', () => {
  test('tells what came with the base image from what was built on it', async () => {
    const layers = [await layerOf([['usr/bin/old', program]]), await layerOf([nodePackage('left', '1.0.0')])]
    const history = [
      { created_by: 'ADD rootfs' },
      { created_by: 'CMD ["bash"]', empty_layer: true },
      { created_by: 'COPY app' },
    ]
    const name = 'docker.io/library/debian:12'
    const layout = async (given: Parameters<typeof ociLayout>[2]) =>
      at.put('image.tar', await layerOf(ociLayout(layers, 'none', given)))
    await layout({ config: { history }, annotations: { 'org.opencontainers.image.base.name': name } })
    const { inventory } = await scan('image.tar')
    expect(inventory.images).toMatchObject([{ base: { name, digest: null, layers: 1 } }])
    expect(inventory.components).toMatchObject([
      { name: 'bad', part: 'base' },
      { name: 'good', part: 'base' },
      { name: 'old', part: 'base' },
      { name: 'left', part: 'application' },
    ])
    const { out } = await at.run(['scan', 'image.tar', ...offline])
    expect(out).toContain(`built on ${name}, the lower layer, as its history reads: 3 crates.io`)
    expect(out).toContain('2 of 2 findings came with the base image')
    await layout({ config: { config: { Labels: { 'org.opencontainers.image.base.name': name } } } })
    expect((await scan('image.tar')).inventory.components).toMatchObject([
      { part: 'unknown' },
      { part: 'unknown' },
      { part: 'unknown' },
      { part: 'unknown' },
    ])
    expect((await at.run(['scan', 'image.tar', ...offline])).out).toContain(
      'which layers are of it is not known',
    )
  })

  test('judges the packages of an RPM system by their names and their sources’', async () => {
    const release = 'ID="rocky"\nVERSION_ID="9.4"\n'
    const libs = {
      ...{ name: 'openssl-libs', version: '3.0.7', release: '27.el9', epoch: 1, architecture: 'x86_64' },
      sourceRpm: 'openssl-3.0.7-27.el9.src.rpm',
    }
    await put([
      ['etc/os-release', release],
      ['var/lib/rpm/rpmdb.sqlite', rpmDatabaseBytes([libs])],
      ['var/lib/rpm/rpmdb.sqlite-wal', ''],
    ])
    const affected = [
      {
        package: { ecosystem: 'Rocky Linux:9', name: 'openssl' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1:3.0.7-28.el9_4' }] }],
      },
    ]
    const record = { id: 'RLSA-2026:0001', modified: '2025-12-31T00:00:00Z', affected }
    await at.put('osv/rocky.json', JSON.stringify(record))
    const { findings, unknowns, inventory, verdict } = await scan('image.tar')
    expect(inventory.components).toMatchObject([
      { purl: 'pkg:rpm/rocky/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=rocky-9.4&epoch=1' },
    ])
    expect(findings).toMatchObject([
      {
        id: 'RLSA-2026:0001',
        package: 'openssl-libs',
        fixed: '1:3.0.7-28.el9_4',
        ecosystem: 'Rocky Linux:9',
      },
    ])
    expect([verdict, unknowns]).toEqual(['findings', []])
  })

  test('is unknown over RPM databases that are not read', async () => {
    await put([
      ['etc/os-release', 'ID=rocky\nVERSION_ID=8.9\n'],
      ['var/lib/rpm/Packages', 'x'],
    ])
    const { verdict, unknowns } = await scan('image.tar')
    expect(verdict).toBe('unknown')
    expect(unknowns[0]?.message).toContain('an RPM database of Berkeley DB, which is not read')
  })
})
