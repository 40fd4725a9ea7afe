/** Puts the images of an OCI layout into a registry, through its own API, the index under a tag. */
export async function pushLayout(
  files: readonly [string, Buffer][],
  { host, auth }: { host: string; auth?: { user: string; password: string } | undefined },
  { repository, tag }: { repository: string; tag: string },
): Promise<void> {
  const headers: Record<string, string> =
    auth === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` }
  const base = `http://${host}/v2/${repository}`
  const blobs = files.filter(([name]) => name.startsWith('blobs/'))
  const digestOf = (name: string) => name.replace('blobs/sha256/', 'sha256:')
  for (const [name, bytes] of blobs) {
    const opened = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers })
    const upload = new URL(opened.headers.get('location') ?? '', base)
    upload.searchParams.set('digest', digestOf(name))
    const stored = await fetch(upload, { method: 'PUT', headers, body: new Uint8Array(bytes) })
    if (stored.status !== 201) throw new Error(`push: ${stored.status} ${await stored.text()}`)
  }
  // A registry takes an index only once it has what the index names.
  const manifests = blobs
    .map(([name, bytes]) => ({ name, bytes, depth: depthOf(bytes) }))
    .filter(({ depth }) => depth > 0)
    .toSorted((a, b) => a.depth - b.depth)
  for (const [at, { name, bytes, depth }] of manifests.entries()) {
    const kind = depth === 1 ? 'manifest' : 'index'
    const type = `application/vnd.oci.image.${kind}.v1+json`
    const stored = await fetch(`${base}/manifests/${at === manifests.length - 1 ? tag : digestOf(name)}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': type },
      body: new Uint8Array(bytes),
    })
    if (stored.status !== 201) throw new Error(`push: ${stored.status} ${await stored.text()}`)
  }
}

/** 2 for an index, 1 for a manifest, 0 for what is neither. */
function depthOf(bytes: Buffer): number {
  try {
    const document = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
    if ('manifests' in document) return 2
    return 'layers' in document ? 1 : 0
  } catch {
    return 0
  }
}
