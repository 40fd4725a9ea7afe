import { judgeCertificate } from '../certificate/judge-certificate.ts'
import type { SeenCertificate } from '../certificate/seen-certificate.ts'
import type { Check } from './finding.ts'

/** A server's certificate that lies in the repository. */
export interface CertificateFile {
  file: string
  /** Where it begins, from 1. */
  line: number
  seen: SeenCertificate
}

/** Those that ran out or soon will. Which name they are served for is not asked: that is the proxy's to say. */
export const certificateFileChecks = (files: readonly CertificateFile[], now: string): Check[] =>
  files.map(({ file, line, seen }) => {
    const { status, says, fix } = judgeCertificate(seen, { name: null, now })
    const who = seen.names.slice(0, 3).join(', ') || 'no name'
    return {
      id: 'certificate',
      status,
      file,
      line,
      message: `the certificate for ${who} ${says}`,
      fix,
      patch: null,
    }
  })
