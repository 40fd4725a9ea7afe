import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { blobPath } from './image-layout.ts'

/** A registry over a folder with an OCI layout, whose image is `bench/image:1`. It counts what it gives. */
export interface LayoutServer {
  /** `host:port/bench/image:1`. */
  image: string
  /** Digest and bytes of each blob that was fetched, in order. */
  fetched: { digest: string; size: number }[]
  close: () => Promise<void>
}

export async function serveLayout(folder: string): Promise<LayoutServer> {
  const fetched: LayoutServer['fetched'] = []
  const server = createServer((request, response) => {
    void answer(folder, { path: request.url ?? '', fetched }, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    image: `127.0.0.1:${(server.address() as AddressInfo).port}/bench/image:1`,
    fetched,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  folder: string,
  { path, fetched }: { path: string; fetched: LayoutServer['fetched'] },
  response: ServerResponse,
): Promise<void> {
  const [, kind, name = ''] = /^\/v2\/bench\/image\/(manifests|blobs)\/([\w:]+)$/.exec(path) ?? []
  if (kind === undefined) {
    response.writeHead(404).end()
    return
  }
  const digest = name === '1' ? await digestOfImage(folder) : name
  const { size } = await stat(blobPath(folder, digest))
  response.writeHead(200, {
    'content-length': size,
    'docker-content-digest': digest,
    ...(kind === 'manifests' ? { 'content-type': 'application/vnd.oci.image.manifest.v1+json' } : {}),
  })
  if (kind === 'blobs') fetched.push({ digest, size })
  await pipeline(createReadStream(blobPath(folder, digest)), response)
}

async function digestOfImage(folder: string): Promise<string> {
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[]
  }
  return index.manifests[0]?.digest ?? ''
}
