import { createHash } from 'node:crypto'
import { EVIDENCE_BYTES_MAX } from '@towpath/domain/evidence/evidence.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { fieldsOf, listOf, textOf } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { Fields } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import { formatImageReference, parseImageReference } from '@towpath/domain/release/image-reference.ts'
import { openRepository } from '@towpath/registry/repository.ts'
import type { Repository } from '@towpath/registry/repository.ts'
import type { Shell } from '../terminal/shell.ts'
import { registryAccount } from './registry-account.ts'

/** Of one image; GitHub attaches one for each kind of statement. */
const ATTACHED_MAX = 50

const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle/

export interface AttachedAttestations {
  /** Of the image that they are attached to. */
  digest: string
  bundles: Buffer[]
}

/**
 * The Sigstore bundles that a registry holds beside an image, as `push-to-registry` of GitHub's action and cosign put
 * them there. Throws IMAGE_NOT_FOUND, ATTESTATION_NOT_ATTACHED and REGISTRY errors. What is in them is not looked at.
 */
export async function attachedAttestations(
  shell: Pick<Shell, 'env'>,
  image: string,
  { plainHttp = false }: { plainHttp?: boolean | undefined } = {},
): Promise<AttachedAttestations> {
  const parsed = parseImageReference(image)
  if (!parsed.ok) throw notFound(image, `it is no name of an image: ${parsed.problem}`)
  const { reference } = parsed
  const credentials = await registryAccount(shell, reference.domain)
  const repository = openRepository(reference, { credentials, plainHttp })
  const digest = reference.digest ?? (await repository.manifest(reference.tag ?? 'latest'))?.digest ?? null
  if (digest === null) throw notFound(image, `registry ${reference.domain} has no such image`)
  const index = await repository.referrers(digest)
  const entries = listOf(documentOf(index?.bytes).get('manifests')).map(fieldsOf)
  const bundles: Buffer[] = []
  for (const entry of entries.slice(0, ATTACHED_MAX)) bundles.push(...(await bundlesIn(repository, entry)))
  if (bundles.length === 0) throw notAttached(formatImageReference(reference), digest)
  return { digest, bundles }
}

/** The kind stands in the entry, or, where a tool left it out, in the manifest; the bundle is its one layer. */
async function bundlesIn(repository: Repository, entry: Fields): Promise<Buffer[]> {
  const said = textOf(entry.get('artifactType'))
  if (said !== null && !BUNDLE.test(said)) return []
  const manifest = await repository.manifest(textOf(entry.get('digest')) ?? '')
  const layers = listOf(documentOf(manifest?.bytes).get('layers')).map(fieldsOf)
  const own = layers.filter((layer) => BUNDLE.test(textOf(layer.get('mediaType')) ?? ''))
  const found = await Promise.all(own.map((layer) => bundleOf(repository, layer)))
  return found.flatMap((bytes) => bytes ?? [])
}

/** Null where it is larger than any evidence, or is not what its manifest says. */
async function bundleOf(repository: Repository, layer: Fields): Promise<Buffer | null> {
  const [digest, size] = [textOf(layer.get('digest')) ?? '', layer.get('size')]
  if (typeof size !== 'number' || !(size <= EVIDENCE_BYTES_MAX) || !digest.startsWith('sha256:')) return null
  const chunks: Buffer[] = []
  for await (const chunk of repository.blob({ digest, size })) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest ? bytes : null
}

function documentOf(bytes: Uint8Array | undefined): Fields {
  try {
    return fieldsOf(bytes === undefined ? null : JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    return fieldsOf(null)
  }
}

const notFound = (image: string, why: string): TowpathError =>
  new TowpathError({
    code: 'IMAGE_NOT_FOUND',
    kind: 'not-found',
    message: `${image.slice(0, 300)} was not found: ${why}.`,
    hint: 'Nothing was recorded. Name it as its registry does: registry.example/team/app@sha256:...',
  })

const notAttached = (image: string, digest: string): TowpathError =>
  new TowpathError({
    code: 'ATTESTATION_NOT_ATTACHED',
    kind: 'not-found',
    message: `The registry holds no attestation beside ${image} (${digest}).`,
    hint: 'Nothing was recorded. Have the workflow push it there (push-to-registry: true), or fetch it from GitHub: gh attestation download oci://IMAGE -R OWNER/NAME',
  })
