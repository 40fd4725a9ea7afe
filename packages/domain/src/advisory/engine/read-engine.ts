import { z } from 'zod'
import { issueIn } from '../../evidence/issue-in.ts'
import { readCargoAudit } from './format/cargo-audit.ts'
import { readGrype } from './format/grype.ts'
import { readOsvScanner } from './format/osv-scanner.ts'
import { readTrivy } from './format/trivy.ts'
import { ENGINE_FINDINGS_MAX } from './engine.ts'
import type { EngineFinding, EngineName, EngineReading } from './engine.ts'

/** Turns one report into findings. Throws ZodError where it is not as the engine writes it. */
export type EngineFormat = (document: unknown) => EngineFinding[]

const formats: Record<EngineName, EngineFormat> = {
  trivy: readTrivy,
  grype: readGrype,
  'osv-scanner': readOsvScanner,
  'cargo-audit': readCargoAudit,
}

/** Reads the JSON of an engine. Never throws: what is not understood is a problem, and never nothing found. */
export function readEngine(engine: EngineName, text: string): EngineReading {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { ok: false, problem: text.trim() === '' ? 'it printed no report' : 'what it printed is no JSON' }
  }
  try {
    const findings = formats[engine](document)
    return findings.length > ENGINE_FINDINGS_MAX
      ? { ok: false, problem: `it told of more than ${ENGINE_FINDINGS_MAX} findings` }
      : { ok: true, findings }
  } catch (thrown) {
    if (!(thrown instanceof z.ZodError)) throw thrown
    return { ok: false, problem: `its report is not as ${engine} writes it: ${issueIn(thrown)}` }
  }
}
