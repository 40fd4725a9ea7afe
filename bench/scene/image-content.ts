import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { debianBase } from '@towpath/testkit/image/debian-base.ts'
import { root } from '../checkout.ts'
import { writeLayer } from './image-layout.ts'
import type { LayerBlob } from './image-layout.ts'

/** As builders compress, and quick where only the size of a layer matters. */
const USUAL_LEVEL = 6
const QUICK_LEVEL = 1

/** Debian's smallest system. */
export const baseLayer = async (folder: string): Promise<LayerBlob> =>
  writeLayer(folder, createReadStream(await debianBase()), USUAL_LEVEL)

/** This repository's own packages: some twenty thousand files, programs of Go and Rust, and a Node of 150 MB. */
export const modulesLayer = (folder: string): Promise<LayerBlob> =>
  writeLayer(folder, tarOf(root, ['node_modules']), USUAL_LEVEL)

/** The same packages at several places. */
export async function largeLayer(folder: string, copies: number): Promise<LayerBlob> {
  const links = join(folder, 'links')
  const names = Array.from({ length: copies }, (_, at) => `copy-${at}/node_modules`)
  for (const name of names) {
    await mkdir(dirname(join(links, name)), { recursive: true })
    await symlink(join(root, 'node_modules'), join(links, name))
  }
  return writeLayer(
    folder,
    // A slash behind a link means what it leads to.
    tarOf(
      links,
      names.map((name) => `${name}/.`),
    ),
    QUICK_LEVEL,
  )
}

/** What a release changes: one small file. */
export async function releaseLayer(folder: string): Promise<LayerBlob> {
  await mkdir(join(folder, 'release'))
  await writeFile(join(folder, 'release/app.js'), 'console.log("1.0.1")\n')
  return writeLayer(folder, tarOf(join(folder, 'release'), ['app.js']), USUAL_LEVEL)
}

/** Files that share their bytes come as files of their own each, as they would out of a build. */
const tarOf = (folder: string, names: readonly string[]): Readable =>
  Readable.from(tarBytes(['--hard-dereference', '-C', folder, '-cf', '-', ...names]), { objectMode: false })

/** Started by whoever reads: what a program says that ends unread is thrown away. A tar that broke off is no layer. */
async function* tarBytes(argv: readonly string[]): AsyncGenerator<Buffer> {
  const tar = spawn('tar', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    tar.on('close', resolve)
    tar.on('error', reject)
  })
  for await (const chunk of tar.stdout) yield chunk as Buffer
  const code = await ended
  if (code !== 0) throw new Error(`tar ended with ${code}`)
}
