import { z } from '@hono/zod-openapi'
import { evidenceFormats, evidenceKinds } from '@towpath/domain/evidence/evidence.ts'
import type { EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import { timeShape } from '../endpoint.ts'

export const evidenceIdShape = z
  .string()
  .regex(
    /^ev_[a-z0-9]{8,40}$/,
    'evidence is named by its id, such as ev_2f8kq1zz; towpath evidence list shows them',
  )
export const evidenceKindShape = z.enum(evidenceKinds).openapi('EvidenceKind')
export const commitShape = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a commit is named by its whole id, 40 or 64 hex digits')
export const imageDigestShape = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'an image is named by its digest, sha256: and 64 hex digits')

const digest = z.string().regex(/^[0-9a-f]{64}$/)

export const evidenceShape = z
  .strictObject({
    id: z.string(),
    kind: evidenceKindShape,
    format: z.enum(evidenceFormats),
    commit: z.string().nullable(),
    image: z.string().nullable().openapi({ description: 'Digest; evidence is of a commit or of an image.' }),
    tool: z.strictObject({ name: z.string(), version: z.string() }),
    name: z.string().openapi({ description: 'File name it came under.' }),
    document: digest.openapi({ description: 'SHA-256 of the document, hex.' }),
    bytes: z.int(),
    envelope: digest.openapi({ description: 'SHA-256 of the DSSE envelope, hex.' }),
    summary: z.string(),
    recordedAt: timeShape,
    recordedBy: z.string(),
  })
  .openapi('Evidence')

export const showEvidence = ({ subject, ...record }: EvidenceRecord): z.infer<typeof evidenceShape> => ({
  ...record,
  commit: 'commit' in subject ? subject.commit : null,
  image: 'image' in subject ? subject.image : null,
})
