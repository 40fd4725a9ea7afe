import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NoImage, readManifests } from './image-documents.ts'
import { ociLayout, platformsLayout } from './testing/image-archive.ts'

/** What is read, or why it is none, in words; everything else would be a crash. */
function outcome(documents: ReadonlyMap<string, string>): readonly object[] | string {
  try {
    return readManifests(documents)
  } catch (thrown) {
    if (thrown instanceof NoImage) return thrown.message
    throw thrown
  }
}

const layer = Buffer.from('a layer')
const layouts = [
  ociLayout([layer, layer]),
  platformsLayout([
    { architecture: 'amd64', layers: [layer] },
    { architecture: 'arm64', layers: [layer] },
  ]),
].map((files) => new Map(files.map(([name, bytes]) => [name, bytes.toString('utf8')])))

test('documents of any shape are images or refused with words', () => {
  const key = fc.constantFrom('manifests', 'digest', 'config', 'layers', 'annotations', 'rootfs', 'history')
  const value = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(key, fc.jsonValue()),
    fc.array(fc.dictionary(key, fc.jsonValue())),
  )
  const place = fc.constantFrom(...layouts.flatMap((files) => [...files.keys()]), 'manifest.json')
  fc.assert(
    fc.property(fc.constantFrom(...layouts), fc.dictionary(place, value), (files, put) => {
      const changed = Object.entries(put).map(([name, own]): [string, string] => [name, JSON.stringify(own)])
      const told = outcome(new Map([...files, ...changed]))
      expect(typeof told === 'string' ? told.length : told).not.toBe(0)
    }),
    { numRuns: 500 },
  )
})

test('documents with any bytes changed are images or refused with words', () => {
  const change = fc.record({ at: fc.nat(), put: fc.string({ maxLength: 3 }) })
  fc.assert(
    fc.property(fc.constantFrom(...layouts), fc.nat(), change, (files, which, { at, put }) => {
      const [name = '', text = ''] = [...files][which % files.size] ?? []
      const from = at % (text.length + 1)
      for (const changed of [text.slice(0, from) + put + text.slice(from + put.length), text.slice(0, from)])
        expect(outcome(new Map([...files, [name, changed]]))).not.toBe('')
    }),
    { numRuns: 500 },
  )
})

test('an index that holds itself is refused', () => {
  const [files = new Map<string, string>()] = layouts
  const [digest] = [...files.keys()].flatMap((name) => /^blobs\/sha256\/(\w+)$/.exec(name)?.[1] ?? [])
  const index = JSON.stringify({ manifests: [{ digest: `sha256:${digest}` }] })
  expect(
    outcome(
      new Map([
        ['index.json', index],
        [`blobs/sha256/${digest}`, index],
      ]),
    ),
  ).toContain('nested more than')
})
