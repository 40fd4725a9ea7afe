import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimedEntry } from '../archive/testing/tar-blocks.ts'
import { openImages } from './open-image.ts'
import type { OpenImage } from './open-image.ts'
import { dockerSave, layerOf, nodePackage } from './testing/image-archive.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-parts-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Opens a good archive behind an entry with these claims. */
async function openedBehind(claims: { type: string; size: string }): Promise<OpenImage[]> {
  const archive = await layerOf(dockerSave([await layerOf([nodePackage('a', '1.0.0')])]))
  const path = join(folder, 'odd.tar')
  const odd = claimedEntry({ name: 'd/', linkname: '', ...claims }, Buffer.alloc(0))
  await writeFile(path, Buffer.concat([odd, archive]))
  return openImages(path)
}

test('an archive with an entry that does not say how large it is is no image, and nobody waits for its bytes', async () => {
  await expect(openedBehind({ type: '0', size: '\u0085' })).rejects.toThrow('does not say how large it is')
})

test('a folder in an archive may claim any size, and has no content', async () => {
  expect(await openedBehind({ type: '5', size: '777' })).toHaveLength(1)
})
