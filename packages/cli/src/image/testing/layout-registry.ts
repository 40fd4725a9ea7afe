import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A registry on this machine that holds one OCI layout as `team/app:1`, and remembers what it was asked for. */
export interface LayoutRegistry {
  /** `host:port/team/app`. */
  repository: string
  /** Paths behind the repository, in order. */
  asked: string[]
  close: () => Promise<void>
}

/** `spoil` may answer a request itself, and then says true. */
export async function layoutRegistry(
  files: readonly [string, Buffer][],
  spoil: (path: string, response: ServerResponse, bytes: Buffer | undefined) => boolean = () => false,
): Promise<LayoutRegistry> {
  const held = new Map(files)
  const asked: string[] = []
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').replace('/v2/team/app/', '')
    asked.push(path)
    const bytes = held.get(placeOf(path, held))
    if (spoil(path, response, bytes)) return
    if (bytes === undefined) response.writeHead(404).end()
    else response.end(bytes)
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    repository: `127.0.0.1:${(server.address() as AddressInfo).port}/team/app`,
    asked,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function placeOf(path: string, held: ReadonlyMap<string, Buffer>): string {
  const name = path.replace(/^(?:manifests|blobs)\//, '')
  if (!/^manifests\/1$/.test(path)) return `blobs/${name.replace(':', '/')}`
  const { manifests } = JSON.parse(String(held.get('index.json'))) as { manifests: { digest: string }[] }
  return `blobs/${manifests[0]?.digest.replace(':', '/')}`
}
