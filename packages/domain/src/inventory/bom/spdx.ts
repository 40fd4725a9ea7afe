import { billEntries } from './bill.ts'
import type { BillFacts } from './bill.ts'

/** A bill as SPDX 2.3 (ISO/IEC 5962), in JSON: the image contains its packages, of which no file was looked at for licences. */
export function spdxOf(facts: BillFacts): object {
  const { name, digest, created, uuid, toolVersion, system, components, isPartial } = facts
  const entries = billEntries(components).map((entry, at) => ({ ...entry, id: `SPDXRef-Package-${at + 1}` }))
  const image = 'SPDXRef-Image'
  const relation = (from: string, relationshipType: string, to: string) => ({
    spdxElementId: from,
    relationshipType,
    relatedSpdxElement: to,
  })
  const about = system === null ? [] : [`System: ${[system.id, system.version].join(' ').trim()}.`]
  const partial = isPartial
    ? ['Something of this image could not be read: it may hold more than is listed.']
    : []
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://spdx.org/spdxdocs/towpath-${uuid}`,
    creationInfo: { created, creators: [`Tool: towpath-${toolVersion}`] },
    ...(partial.length + about.length === 0 ? {} : { comment: [...about, ...partial].join(' ') }),
    packages: [
      {
        ...packageOf(image, name, digest),
        primaryPackagePurpose: 'CONTAINER',
        ...(digest === ''
          ? {}
          : { checksums: [{ algorithm: 'SHA256', checksumValue: digest.replace(/^sha256:/, '') }] }),
      },
      ...entries.map(({ id, purl, name: own, version, places }) => ({
        ...packageOf(id, own, version),
        sourceInfo: places.map(({ path, layer }) => `${path} in layer ${layer}`).join('; '),
        externalRefs: [
          { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
        ],
      })),
    ],
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', image),
      ...entries.map(({ id }) => relation(image, 'CONTAINS', id)),
    ],
  }
}

/** Licences are not read from anything: nobody asserts them. */
const packageOf = (id: string, name: string, version: string): object => ({
  SPDXID: id,
  name,
  ...(version === '' ? {} : { versionInfo: version }),
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
})
