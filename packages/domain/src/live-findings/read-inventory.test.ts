import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInventory } from './read-inventory.ts'

const component = {
  ...{ ecosystem: 'npm', name: 'left', version: '1.0.0', source: 'registry', presence: 'shipped' },
  ...{ path: 'app/node_modules/left', origin: null },
}
const result = (components: object[], unknowns: object[] = []): string =>
  JSON.stringify({ kind: 'scan', inventory: { components }, unknowns })
const bill = (components: object[], more: object = {}): string =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components, ...more })
const library = (purl: string, properties: object[] = []): object => ({
  ...{ type: 'library', name: 'x', purl, properties },
})

const componentsIn = (kind: 'scan' | 'sbom', text: string): object[] => {
  const read = readInventory(kind, text)
  if (!read.ok) throw new Error(read.why)
  return read.inventories.flatMap(({ components }) => [...components])
}

describe('what evidence says that something is made of', () => {
  it('is read from results of Towpath, with what they could not tell', () => {
    const gap = { what: 'inventory-gap', message: 'app/x.jar is not read' }
    expect(readInventory('scan', result([component], [gap]))).toMatchObject({
      ok: true,
      inventories: [
        {
          ecosystem: 'npm',
          components: [{ name: 'left', presence: 'shipped', file: 'app/node_modules/left' }],
          gaps: [{ message: 'app/x.jar is not read' }],
        },
      ],
    })
    expect(readInventory('scan', result([], [gap]))).toMatchObject({ inventories: [{ gaps: [{}] }] })
  })

  it('counts no action of a workflow as shipped', () => {
    const [action] = componentsIn('scan', result([{ ...component, ecosystem: 'GitHub Actions' }]))
    expect(action).toMatchObject({ presence: 'dev-only' })
  })

  it('is refused where a result does not tell its inventory, as older ones did not', () => {
    expect(
      readInventory('audit', JSON.stringify({ kind: 'audit', findings: [], unknowns: [] })),
    ).toMatchObject({
      ok: false,
      why: expect.stringContaining('make it again'),
    })
    expect(readInventory('tests', '{}').ok).toBe(false)
  })

  it.each([
    ['pkg:npm/%40scope/left@1.0.0', { ecosystem: 'npm', name: '@scope/left', version: '1.0.0' }],
    ['pkg:cargo/rand@0.8.5', { ecosystem: 'crates.io', name: 'rand' }],
    ['pkg:golang/golang.org/x/net@v0.17.0', { ecosystem: 'Go', name: 'golang.org/x/net', version: '0.17.0' }],
    ['pkg:pypi/requests@2.0', { ecosystem: 'PyPI', name: 'requests' }],
    ['pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12', { ecosystem: 'Debian:12', name: 'libc6' }],
    ['pkg:apk/alpine/musl@1.2.4?distro=alpine-3.18.4', { ecosystem: 'Alpine:v3.18', name: 'musl' }],
    ['pkg:rpm/rocky/bash@5.1?distro=rocky-9.3&epoch=1', { ecosystem: 'Rocky Linux:9', version: '1:5.1' }],
  ])('is read from the package URLs of a bill: %s', (purl, expected) => {
    const source = { name: 'towpath:source', value: 'glibc 2.36-9' }
    expect(componentsIn('sbom', bill([library(purl, [source])]))).toMatchObject([
      { ...expected, source: 'registry', presence: 'shipped', origin: { name: 'glibc', version: '2.36-9' } },
    ])
  })

  it('has a gap for what a bill names without a package URL that can be compared', () => {
    const components = [library('pkg:maven/org.x/y@1'), { type: 'library', name: 'z' }, library('no url')]
    const read = readInventory('sbom', bill(components, { compositions: [{ aggregate: 'incomplete' }] }))
    expect(read).toMatchObject({ ok: true, inventories: [{ components: [] }] })
    expect(read.ok && read.inventories[0]?.gaps).toHaveLength(4)
  })

  it('is never a crash, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('audit', 'scan', 'sbom'),
        fc.oneof(fc.string(), fc.json()),
        (kind, text) => {
          expect(typeof readInventory(kind, text).ok).toBe('boolean')
        },
      ),
    )
  })
})
