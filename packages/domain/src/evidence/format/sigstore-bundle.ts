import { z } from 'zod'
import { issueIn } from '../issue-in.ts'
import { counted } from '../counted.ts'
import type { AttestationVerdict } from '../provenance.ts'
import type { DocumentReading } from '../read-document.ts'
import { statementType } from '../statement.ts'

const text = z.string().max(10_000)

/** The one predicate that says where something was built: https://slsa.dev/spec/v1.0/provenance. */
const PROVENANCE = 'https://slsa.dev/provenance/v1'

const bundle = z.looseObject({
  mediaType: z
    .string()
    .regex(/^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])$/),
  verificationMaterial: z.looseObject({}),
  dsseEnvelope: z.looseObject({
    payload: z.base64(),
    payloadType: z.literal(statementType),
    signatures: z.array(z.looseObject({ sig: z.base64() })).length(1),
  }),
})

const statement = z.looseObject({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: z
    .array(z.looseObject({ digest: z.record(text, text) }))
    .min(1)
    .max(1_000),
  predicateType: text,
  predicate: z.looseObject({
    buildDefinition: z.looseObject({
      buildType: text,
      externalParameters: z.looseObject({
        workflow: z.looseObject({ repository: text, path: text, ref: text }).optional(),
      }),
    }),
    runDetails: z.looseObject({ builder: z.looseObject({ id: text }) }),
  }),
})

/** What a statement of provenance says, or why it is none. */
type StatementReading = { ok: true; images: string[]; says: string } | { ok: false; problem: string }

/**
 * An attestation as GitHub's and Sigstore's tools write it. What is read here is what it says; whether that is so is
 * for whoever holds a root of trust.
 */
export function readSigstoreBundle(document: object): DocumentReading {
  const read = bundle.safeParse(document)
  if (!read.success)
    return { ok: false, problem: `it is no Sigstore bundle of a statement: ${issueIn(read.error)}` }
  const { payload } = read.data.dsseEnvelope
  const said = readProvenance(Uint8Array.from(atob(payload), (character) => character.charCodeAt(0)))
  if (!said.ok) return said
  return {
    ok: true,
    format: 'sigstore-bundle',
    kind: 'provenance',
    facts: { subjects: said.images },
    images: said.images,
    tool: { name: 'sigstore', version: '' },
    summary: `says that ${counted(said.images.length, 'subject')} ${said.images.length === 1 ? 'was' : 'were'} built by ${said.says}`,
  }
}

/** Reads an in-toto statement with SLSA provenance v1. Never throws. */
function readProvenance(payload: Uint8Array): StatementReading {
  const read = statement.safeParse(parsed(payload))
  if (!read.success) return { ok: false, problem: `it holds no SLSA provenance: ${issueIn(read.error)}` }
  const { subject, predicateType, predicate } = read.data
  if (predicateType !== PROVENANCE)
    return { ok: false, problem: `it attests ${predicateType.slice(0, 200)}, and not ${PROVENANCE}` }
  const images = subject.flatMap(({ digest }) =>
    /^[0-9a-f]{64}$/.test(digest['sha256'] ?? '') ? [`sha256:${digest['sha256']}`] : [],
  )
  if (images.length === 0) return { ok: false, problem: 'none of its subjects has a SHA-256' }
  const { workflow } = predicate.buildDefinition.externalParameters
  const says =
    workflow === undefined
      ? predicate.runDetails.builder.id
      : `${workflow.path} of ${workflow.repository} at ${workflow.ref}`
  return { ok: true, images: [...new Set(images)], says: says.slice(0, 500) }
}

/** What was signed has to name the image: whoever brings a good attestation of another one is refused. */
export function aboutImage(verdict: AttestationVerdict, image: string): AttestationVerdict {
  if (verdict.state !== 'verified') return verdict
  const said = readProvenance(verdict.payload)
  if (!said.ok) return { state: 'refused', why: said.problem }
  if (said.images.includes(image)) return verdict
  return {
    state: 'refused',
    why: `it is about ${said.images.slice(0, 3).join(', ')}, and not about ${image}`,
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}
