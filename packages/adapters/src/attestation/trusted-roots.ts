import { readFile } from 'node:fs/promises'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { X509Certificate } from '@sigstore/core'
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' }
import { Verifier, toTrustMaterial } from '@sigstore/verify'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

/** One instance of Sigstore: who issues its certificates, and what it takes to believe them. */
export interface RootOfTrust {
  /** Key ids of the authorities whose certificates it knows, hex. */
  authorities: ReadonlySet<string>
  verifier: Verifier
}

const PUBLIC = 'https://tuf-repo-cdn.sigstore.dev'

/** The public instance, as the pinned package carries it. */
export const publicRoots = (): RootOfTrust[] =>
  rootsIn(Buffer.from(seeds[PUBLIC].targets['trusted_root.json'], 'base64').toString('utf8'))

/** A file of roots: one `trusted_root.json`, or one a line as `gh attestation trusted-root` writes them. */
export async function readTrustedRoots(file: string): Promise<RootOfTrust[]> {
  try {
    const roots = rootsIn(await readFile(file, 'utf8'))
    if (roots.length === 0) throw new Error('it holds no root')
    return roots
  } catch (thrown) {
    throw new TowpathError({
      code: 'TRUSTED_ROOT_UNREADABLE',
      kind: 'usage',
      message: `The roots of trust in ${file} cannot be read: ${messageOf(thrown)}.`,
      hint: 'The server was not started. The file is a trusted_root.json of Sigstore, or what this writes: gh attestation trusted-root > roots.jsonl',
      detail: { file },
    })
  }
}

const rootsIn = (text: string): RootOfTrust[] => documentsIn(text).map(rootOf)

function documentsIn(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return lines.map((line) => JSON.parse(line) as unknown)
  }
}

/** An instance that keeps no log of signatures or of certificates cannot be asked for one: GitHub's own has neither. */
function rootOf(document: unknown): RootOfTrust {
  const root = TrustedRoot.fromJSON(document)
  const certificates = root.certificateAuthorities.flatMap(({ certChain }) => certChain?.certificates ?? [])
  if (certificates.length === 0) throw new Error('a root in it names no certificate authority')
  const verifier = new Verifier(toTrustMaterial(root), {
    tlogThreshold: root.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  })
  const ids = certificates.map(({ rawBytes }) =>
    X509Certificate.parse(Buffer.from(rawBytes)).extSubjectKeyID?.keyIdentifier.toString('hex'),
  )
  return { verifier, authorities: new Set(ids.filter((id) => id !== undefined)) }
}
