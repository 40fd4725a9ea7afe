import type { EvidenceFormat, EvidenceKind } from './evidence.ts'
import type { EvidenceFacts } from './facts.ts'
import { readCycloneDx } from './format/cyclonedx.ts'
import { readJunit } from './format/junit.ts'
import { readOpenVex } from './format/openvex.ts'
import { readSarif } from './format/sarif.ts'
import { readSigstoreBundle } from './format/sigstore-bundle.ts'
import { readTowpathResult } from './format/towpath-result.ts'

/** A document that was understood. */
export type ReadEvidence = EvidenceFacts & {
  format: EvidenceFormat
  tool: { name: string; version: string }
  /** One line of what it says, for people. */
  summary: string
  /** Image digests that the document itself names, where it does. */
  images: readonly string[]
}

export type DocumentReading = ({ ok: true } & ReadEvidence) | { ok: false; problem: string }

/** Kinds that a SARIF file may stand for: whoever brings it says so, because SARIF does not. */
export const sarifKinds = ['static-analysis', 'secrets', 'pinning'] as const satisfies readonly EvidenceKind[]

/**
 * Reads a document by what is in it, whatever it is called. `wanted` is the kind that the bringer says; a document that
 * cannot be of that kind is refused. Never throws: anything that is not understood is a problem, never an empty result.
 */
export function readEvidence(text: string, wanted: EvidenceKind | null = null): DocumentReading {
  const read = readAny(text, wanted)
  if (!read.ok || wanted === null || read.kind === wanted) return read
  return refused(`it is ${read.kind} by its content, and cannot stand for ${wanted}`)
}

function readAny(text: string, wanted: EvidenceKind | null): DocumentReading {
  const start = text.trimStart()[0]
  if (start === '<') return readJunit(text)
  if (start !== '{') return refused('it is neither a JSON object nor XML')
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return refused('it is no JSON')
  }
  if (typeof document !== 'object' || document === null) return refused('it is no JSON object')
  if ('bomFormat' in document) return readCycloneDx(document)
  if ('runs' in document)
    return readSarif(document, sarifKinds.find((kind) => kind === wanted) ?? 'static-analysis')
  if ('@context' in document) return readOpenVex(document)
  if ('verificationMaterial' in document) return readSigstoreBundle(document)
  if ('kind' in document) return readTowpathResult(document)
  return refused(
    'it is none of: a result of Towpath (--json), SARIF 2.1.0, CycloneDX, JUnit, OpenVEX, a Sigstore bundle',
  )
}

const refused = (problem: string): DocumentReading => ({ ok: false, problem })
