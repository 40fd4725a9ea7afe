import { readFile, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder } from '../audit/testing/audit-folder.ts'
import {
  debianRelease,
  dockerSave,
  dpkgStatus,
  layerOf,
  nodePackage,
  ociLayout,
} from '../image/testing/image-archive.ts'
import type { Entry } from '../image/testing/image-archive.ts'

const require = createRequire(import.meta.url)

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

const layers: (readonly Entry[])[] = [
  [
    ['etc/os-release', debianRelease],
    ['var/lib/dpkg/status', dpkgStatus({ 'libstdc++6': '12.2.0-14+deb12u1', bash: '5.2-1' })],
  ],
  [
    nodePackage('left', '1.0.0'),
    nodePackage('@a/b', '2.0.0'),
    ['srv/node_modules/left/package.json', '{"name":"left","version":"1.0.0"}'],
  ],
]

const put = async (given = layers): Promise<void> =>
  at.put('image.tar', await layerOf(dockerSave(await Promise.all(given.map(layerOf)))))

const bill = async (...argv: string[]): Promise<{ text: string; err: string; exit: number }> => {
  const { out, err, exit } = await at.run(['sbom', ...argv])
  return { text: out, err, exit }
}

/** The official schema of CycloneDX with those it refers to, as the library of CycloneDX carries them. */
async function cycloneDxSchema(spec: string): Promise<(document: unknown) => string[]> {
  const folder = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema')
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  const read = async (name: string): Promise<object> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as object
  const names = await readdir(folder)
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'].map((own) => `${own}.SNAPSHOT.schema.json`))
    if (names.includes(name)) ajv.addSchema(await read(name), `http://cyclonedx.org/schema/${name}`)
  const validate = ajv.compile(await read(`bom-${spec}.SNAPSHOT.schema.json`))
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

interface CycloneDx {
  serialNumber: string
  components: { purl?: string; name: string; group?: string; evidence?: { occurrences: object[] } }[]
  compositions: { aggregate: string }[]
}

describe('towpath sbom', () => {
  test.each(['1.6', '1.7'])('writes CycloneDX %s that its official schema takes', async (spec) => {
    await put()
    const { text, exit } = await bill('image.tar', '--spec', spec)
    const problems = await cycloneDxSchema(spec)
    expect(problems(JSON.parse(text))).toEqual([])
    expect([exit, (JSON.parse(text) as { specVersion: string }).specVersion]).toEqual([0, spec])
    // The schema can say no.
    expect(problems({ ...(JSON.parse(text) as object), serialNumber: 'x' })).not.toEqual([])
  })

  test('is CycloneDX 1.6 where nobody says, and refuses a version of it for SPDX', async () => {
    await put()
    expect((await bill('image.tar')).text).toBe((await bill('image.tar', '--spec', '1.6')).text)
    const { err, exit } = await bill('image.tar', '--format', 'spdx', '--spec', '1.7')
    expect([exit, err]).toEqual([2, expect.stringContaining('BILL_SPEC_WRONG')])
  })

  test('lists a package once, with every place that has it', async () => {
    await put()
    const { components } = JSON.parse((await bill('image.tar')).text) as CycloneDx
    expect(components.map(({ group, name }) => [group, name].join())).toEqual([
      ',debian',
      ',bash',
      ',libstdc++6',
      '@a,b',
      ',left',
    ])
    expect(components.at(-1)?.evidence?.occurrences).toEqual([
      { location: 'app/node_modules/left/package.json' },
      { location: 'srv/node_modules/left/package.json' },
    ])
  })

  test('writes SPDX 2.3 in which every element is named once and related to the image', async () => {
    await put()
    const { text } = await bill('image.tar', '--format', 'spdx')
    const spdx = JSON.parse(text) as {
      spdxVersion: string
      creationInfo: { created: string }
      packages: { SPDXID: string }[]
      relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[]
    }
    const ids = spdx.packages.map(({ SPDXID }) => SPDXID)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/)
    const related = spdx.relationships.map((own) => own.relatedSpdxElement)
    expect(related.toSorted()).toEqual(ids.toSorted())
    expect(spdx.creationInfo.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    // Number and version of the tool change with every release of it.
    const told = text
      .replace(/(towpath-)\d[\w.-]*/, '$1VERSION')
      .replace(/(spdxdocs\/towpath-)[\w-]+/, '$1UUID')
    await expect(told).toMatchFileSnapshot('golden/sbom.spdx.json')
  })

  test('of the same image is the same, byte for byte', async () => {
    await put()
    for (const format of ['cyclonedx', 'spdx']) {
      const { text } = await bill('image.tar', '--format', format)
      expect((await bill('image.tar', '--format', format)).text).toBe(text)
    }
  })

  test('of another image has another number', async () => {
    await put()
    const one = JSON.parse((await bill('image.tar')).text) as CycloneDx
    await put(layers.slice(0, 1))
    const other = JSON.parse((await bill('image.tar')).text) as CycloneDx
    expect(other.serialNumber).not.toBe(one.serialNumber)
  })

  test('says of itself and to you that it is a part where something could not be read', async () => {
    await put([...layers, [['a.jar', 'x']]])
    const { text, err } = await bill('image.tar')
    expect((JSON.parse(text) as CycloneDx).compositions).toMatchObject([{ aggregate: 'incomplete' }])
    expect(err).toContain('a part of the truth: a.jar is a Java archive')
    expect((await bill('image.tar', '--format', 'spdx')).text).toContain('may hold more than is listed')
  })

  test('writes to a file where one is named', async () => {
    await put()
    const { text, err } = await bill('image.tar', '-o', 'app.cdx.json')
    expect(text).toBe('')
    expect(err).toContain('Written to app.cdx.json.')
    expect(await readFile(join(at.path, 'app.cdx.json'), 'utf8')).toBe((await bill('image.tar')).text)
  })

  test('asks which image is meant where there are several', async () => {
    const [one, two] = await Promise.all(layers.map((own) => layerOf(own)))
    if (one === undefined || two === undefined) throw new Error('two layers are made above')
    const [first, second] = [ociLayout([one]), ociLayout([two])]
    const manifests = [first, second].flatMap(
      (files) => (JSON.parse(String(files[1]?.[1])) as { manifests: object[] }).manifests,
    )
    for (const [name, bytes] of [...first, ...second]) await at.put(`layout/${name}`, bytes)
    await at.put('layout/index.json', JSON.stringify({ schemaVersion: 2, manifests }))
    const { exit, err } = await bill('layout')
    expect(exit).toBe(2)
    expect(err).toContain('layout holds 2 images')
  })
})

describe('towpath sbom diff', () => {
  const release = async (name: string, entries: readonly Entry[]): Promise<void> =>
    at.put(name, await layerOf(dockerSave([await layerOf(entries)])))

  test('tells what a release changes, from images or from their bills', async () => {
    await release('1.tar', [
      nodePackage('left', '1.0.0'),
      nodePackage('gone', '1.0.0'),
      nodePackage('kept', '1.0.0'),
    ])
    await release('2.tar', [
      nodePackage('left', '1.1.0'),
      nodePackage('kept', '1.0.0'),
      nodePackage('@a/b', '2.0.0'),
    ])
    const { out, exit } = await at.run(['sbom', 'diff', '1.tar', '2.tar'])
    await expect(out).toMatchFileSnapshot('golden/sbom-diff.txt')
    expect(exit).toBe(0)
    await bill('1.tar', '-o', '1.cdx.json')
    await bill('2.tar', '--format', 'spdx', '-o', '2.spdx.json')
    expect((await at.run(['sbom', 'diff', '1.cdx.json', '2.spdx.json'])).out).toBe(out)
    const json = JSON.parse((await at.run(['sbom', 'diff', '1.cdx.json', '2.tar', '--json'])).out) as object
    expect(json).toMatchObject({
      same: 1,
      notCompared: 0,
      added: [{ package: 'pkg:npm/%40a/b', to: ['2.0.0'] }],
    })
  })

  test('refuses JSON that is no bill, and says of everything else what an image is', async () => {
    await at.put('x.json', '{"a":1}')
    await release('1.tar', [])
    expect((await at.run(['sbom', 'diff', 'x.json', '1.tar'])).err).toContain('BILL_UNREADABLE')
    expect((await at.run(['sbom', 'diff', '1.tar', './nowhere'])).err).toContain('IMAGE_UNREADABLE')
  })

  test('says where an image could not be read whole', async () => {
    await release('1.tar', [nodePackage('left', '1.0.0'), ['a.jar', 'x']])
    expect((await at.run(['sbom', 'diff', '1.tar', '1.tar'])).err).toContain('1.tar could not be read whole')
  })
})
