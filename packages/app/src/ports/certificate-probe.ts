import type { SeenCertificate } from '@towpath/domain/certificate/seen-certificate.ts'

/** Where TLS is asked for, and for which name (SNI). */
export interface TlsPlace {
  host: string
  port: number
  name: string
}

/**
 * Asks a server for the certificate that it shows for a name, as a client of today would, and hangs up. A certificate that is no
 * good is an answer. Throws with words for people where nobody answers, or not by TLS.
 */
export interface CertificateProbe {
  served(place: TlsPlace, deadlineMs: number): Promise<SeenCertificate>
}
