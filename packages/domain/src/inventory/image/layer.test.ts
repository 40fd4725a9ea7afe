import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { languagePackage, reading } from './image-file.ts'
import { imageInventory } from './image-inventory.ts'
import { mergeLayers } from './layer.ts'
import type { Layer, LayerFile } from './layer.ts'

const file = (version: string, given: Partial<LayerFile> = {}): LayerFile => ({
  ...reading({ packages: [languagePackage('npm', { name: 'a', version })] }),
  isDatabase: false,
  ...given,
})

const layer = (given: Partial<Layer> = {}): Layer => ({
  files: new Map(),
  occupied: new Set(given.files?.keys()),
  whiteouts: new Set(),
  opaque: new Set(),
  links: new Map(),
  problems: [],
  ...given,
})

/** What a root filesystem is after a layer, done the plain way: a list of paths, taken away and added. */
function plainly(layers: readonly Layer[]): string[] {
  let paths: string[] = []
  for (const { files, occupied, whiteouts, opaque } of layers) {
    const isBelow = (path: string, folder: string) => folder === '' || path.startsWith(`${folder}/`)
    paths = paths.filter(
      (path) =>
        ![...whiteouts].some((gone) => path === gone || isBelow(path, gone)) &&
        ![...opaque].some((folder) => isBelow(path, folder)) &&
        ![...occupied].some((taken) => path === taken || isBelow(path, taken)),
    )
    paths = [...new Set([...paths, ...files.keys()])]
  }
  return paths.toSorted()
}

describe('layers over each other', () => {
  test('leave what the plain way leaves, with the topmost layer that has it', () => {
    const paths = fc.constantFrom('a', 'a/b', 'a/b/c', 'a/bc', 'd', 'd/e', 'd/e/f')
    const some = fc.uniqueArray(paths, { maxLength: 3 })
    const layers = fc.array(
      fc.record({ files: some, others: some, whiteouts: some, opaque: some }).map((own) =>
        layer({
          files: new Map(own.files.map((path) => [path, file('1.0.0')])),
          occupied: new Set([...own.files, ...own.others]),
          whiteouts: new Set(own.whiteouts),
          opaque: new Set(own.opaque),
        }),
      ),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(layers, (own) => {
        const { files } = mergeLayers(own)
        expect(files.map(({ path }) => path).toSorted()).toEqual(plainly(own))
        for (const { path, layer: at } of files)
          expect(at).toBe(own.findLastIndex((one) => one.files.has(path)))
      }),
    )
  })

  test('keep a link whose target is read, and tell of one whose target is not or no more', () => {
    const linked = layer({ links: new Map([['l', 'f']]), occupied: new Set(['l']) })
    const content = layer({ files: new Map([['f', file('1.0.0')]]) })
    expect(mergeLayers([content, linked]).lost).toEqual([])
    expect(mergeLayers([linked]).lost).toEqual([{ path: 'l', target: 'f', layer: 0 }])
    const gone = layer({ whiteouts: new Set(['f']) })
    expect(mergeLayers([content, linked, gone]).lost.length).toBe(1)
    expect(mergeLayers([linked, layer({ whiteouts: new Set(['l']) })]).lost).toEqual([])
  })
})

const now = new Date('2026-11-27T00:00:00Z')

const inventory = (layers: readonly Layer[]) => {
  const named = layers.map((own, at) => ({
    ...own,
    diffId: `sha256:${at}`,
    createdBy: null,
    part: 'unknown' as const,
  }))
  const made = imageInventory({ image: 'image', platform: 'linux/amd64', layers: named, now })
  return { ...made, gaps: made.inventories.flatMap(({ gaps }) => gaps.map(({ message }) => message)) }
}

const database = (...versions: string[]): LayerFile => ({
  ...reading({
    packages: versions.map((version) => ({
      ...languagePackage('deb', { name: 'bash', version }),
      origin: { name: 'src', version },
      architecture: 'amd64',
    })),
  }),
  isDatabase: true,
})

const apk: LayerFile = {
  ...reading({
    packages: [{ ...languagePackage('apk', { name: 'musl', version: '1' }), architecture: null }],
  }),
  isDatabase: true,
}

const release = (id: string, version: string): [string, LayerFile] => [
  'etc/os-release',
  { ...reading({ system: { id, version, codename: '' } }), isDatabase: false },
]

describe('the inventory of an image', () => {
  const status = 'var/lib/dpkg/status'
  const of = (...entries: [string, LayerFile][]) => layer({ files: new Map(entries) })

  test('gives a package of a database the layer since which it is there without a break', () => {
    const layers = ['1', '2', '1', '1'].map((version) => of([status, database(version)]))
    expect(inventory(layers).components.map(({ layer: own }) => own)).toEqual(['sha256:2'])
  })

  const systems: [string, string, string][] = [
    ['debian', '12', 'Debian:12'],
    ['debian', '12.5', 'Debian:12'],
    ['ubuntu', '24.04', 'Ubuntu:24.04:LTS'],
    ['ubuntu', '22.04', 'Ubuntu:22.04:LTS'],
    ['ubuntu', '25.04', 'Ubuntu:25.04'],
    ['ubuntu', '24.10', 'Ubuntu:24.10'],
    ['linuxmint', '22', 'Unknown system:linuxmint 22'],
    ['debian', '', 'Unknown system:debian'],
  ]
  test.each(systems)('of %s %s is of %s', (id, version, ecosystem) => {
    const { components } = inventory([of(release(id, version), [status, database('1')])])
    expect(components.map((own) => own.ecosystem)).toEqual([ecosystem])
  })

  test('of a system that gets no fixes any more is never without a gap', () => {
    expect(inventory([of(release('debian', '11'), [status, database('1')])]).gaps.join()).toContain(
      'had its last fixes on 2026-08-31',
    )
    expect(inventory([of(release('debian', '12'), [status, database('1')])]).gaps).toEqual([])
  })

  test('of a system that nobody knows, or that does not tell its name, is never without a gap', () => {
    expect(inventory([of(release('nixos', '26'), [status, database('1')])]).gaps.join()).toContain(
      'does not know',
    )
    expect(inventory([of([status, database('1')])]).gaps.join()).toContain('does not say of which')
  })

  const program: [string, LayerFile] = [
    'app',
    {
      ...reading({ packages: [languagePackage('crates.io', { name: 'a', version: '1.0.0' })] }),
      isDatabase: false,
    },
  ]
  const bare: [string, readonly Layer[]][] = [
    ['a system without a list of its packages', [of(release('debian', '12'), program)]],
    [
      'a system whose list is empty',
      [of(release('alpine', '3.22'), ['lib/apk/db/installed', database()], program)],
    ],
    [
      'a system with the packages of another one only',
      [of(release('alpine', '3.22'), [status, database('1')])],
    ],
    ['an empty list without a system', [of([status, database()], program)]],
    [
      'a list that a later layer took away, with what says of which system it was',
      [
        of(release('debian', '12'), [status, database('1')], program),
        layer({ whiteouts: new Set([status, 'etc/os-release']) }),
      ],
    ],
    ['a system that is none, with an end that is known', [of(release('node', '24'), program)]],
  ]
  test.each(bare)('of %s is never without a gap', (_what, layers) => {
    expect(inventory(layers).gaps).not.toEqual([])
  })

  test('of a program alone, without any system, has no gap', () => {
    expect(inventory([of(program)]).gaps).toEqual([])
  })

  test('of a database that moved to another place has no gap', () => {
    const moved = { ...of(['usr/lib/apk/db/installed', apk]), whiteouts: new Set(['lib/apk/db/installed']) }
    const below = of(release('alpine', '3.22'), ['lib/apk/db/installed', apk])
    expect(inventory([below, moved]).gaps).toEqual([])
  })

  test('of which nothing is known is no clean one', () => {
    expect(inventory([layer()]).gaps.join()).toContain('has no package that can be known')
  })

  test('tells the first thousand of very many gaps, and how many there are', () => {
    const many = Array.from({ length: 1500 }, (_, at): [string, LayerFile] => [
      `${at}.jar`,
      { ...reading({ problem: 'is not read' }), isDatabase: false },
    ])
    const { gaps } = inventory([of(...many)])
    expect(gaps.slice(-2)).toEqual([
      'holds 500 more files that are not known',
      'has no package that can be known: nothing in it says what it is made of',
    ])
  })

  test('carries every problem of its layers and files', () => {
    const broken = of(['x/package.json', file('1.0.0', { problem: 'is no JSON' })])
    const { gaps } = inventory([{ ...broken, problems: ['was read in part'] }])
    expect(gaps).toEqual(['layer 0 was read in part', 'is no JSON'])
  })
})
