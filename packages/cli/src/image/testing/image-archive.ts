import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Header } from 'tar-stream'

export type Entry =
  | readonly [name: string, content: string | Buffer, mode?: number]
  | (Partial<Header> & { name: string })

/** Of every entry, so that the same entries are the same layer. */
const mtime = new Date(0)

/** A tar of files, and of whatever headers are given. */
export async function layerOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack()
  for (const entry of entries)
    if ('name' in entry) tar.entry({ mtime, ...entry }, '')
    else tar.entry({ name: entry[0], mtime, mode: entry[2] ?? 0o644 }, entry[1] as string)
  tar.finalize()
  return buffer(tar)
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

export type Packing = 'gzip' | 'zstd' | 'none'

const packed = (bytes: Buffer, packing: Packing): Buffer => {
  if (packing === 'gzip') return gzipSync(bytes)
  return packing === 'zstd' ? zstdCompressSync(bytes) : bytes
}

const configOf = (layers: readonly Buffer[], more: object = {}): string =>
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    history: layers.map((_, at) => ({ created_by: `RUN step ${at}` })),
    ...more,
  })

const descriptor = (bytes: Buffer) => ({ digest: `sha256:${sha256(bytes)}`, size: bytes.length })

/** Files of an OCI layout with one image; `config` goes into its configuration, `annotations` into its manifest. */
export function ociLayout(
  layers: readonly Buffer[],
  packing: Packing = 'gzip',
  { config: more = {}, annotations = {} }: { config?: object; annotations?: Record<string, string> } = {},
): [string, Buffer][] {
  const blobs = layers.map((layer) => packed(layer, packing))
  const config = Buffer.from(configOf(layers, more))
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      config: descriptor(config),
      layers: blobs.map(descriptor),
      annotations,
    }),
  )
  const index = { schemaVersion: 2, manifests: [descriptor(manifest)] }
  return [
    ['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', Buffer.from(JSON.stringify(index))],
    ...[config, manifest, ...blobs].map((bytes): [string, Buffer] => [
      `blobs/sha256/${sha256(bytes)}`,
      bytes,
    ]),
  ]
}

/** Files of an OCI layout whose one entry is an index of images, one for each architecture. */
export function platformsLayout(
  images: readonly { architecture: string; layers: readonly Buffer[] }[],
): [string, Buffer][] {
  const layouts = images.map(({ architecture, layers }) => ({
    architecture,
    files: ociLayout(layers, 'gzip', { config: { architecture } }),
  }))
  const entries = layouts.map(({ architecture, files }) => {
    const { manifests } = JSON.parse(String(new Map(files).get('index.json'))) as { manifests: object[] }
    return { ...manifests[0], platform: { os: 'linux', architecture } }
  })
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: entries }))
  return [
    ['index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor(index)] }))],
    [`blobs/sha256/${sha256(index)}`, index],
    ...new Map(layouts.flatMap(({ files }) => files.filter(([name]) => name.startsWith('blobs/')))),
  ]
}

/** Files of what `docker save` writes, in its older form: the manifest comes last. */
export function dockerSave(layers: readonly Buffer[], name = 'app:1'): [string, Buffer][] {
  const config = configOf(layers)
  const place = `${sha256(config)}.json`
  return [
    ...layers.map((layer): [string, Buffer] => [`${sha256(layer)}/layer.tar`, layer]),
    [place, Buffer.from(config)],
    [
      'manifest.json',
      Buffer.from(
        JSON.stringify([
          { Config: place, RepoTags: [name], Layers: layers.map((layer) => `${sha256(layer)}/layer.tar`) },
        ]),
      ),
    ],
  ]
}

export async function writeFolder(folder: string, files: readonly [string, Buffer][]): Promise<void> {
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), bytes)
  }
}

export const debianRelease =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'

export const dpkgStatus = (versions: Readonly<Record<string, string>>): string =>
  Object.entries(versions)
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nDescription: one\n and more\n`,
    )
    .join('\n')

export const nodePackage = (name: string, version: string): [string, string] => [
  `app/node_modules/${name}/package.json`,
  JSON.stringify({ name, version }),
]
