import type { CertificateProbe } from '@towpath/app/ports/certificate-probe.ts'
import type { SeenCertificate } from '@towpath/domain/certificate/seen-certificate.ts'

/** Knows no network: names that are not here have nobody who answers. */
export function fakeCertificateProbe(): CertificateProbe & {
  served: CertificateProbe['served']
  shown: Map<string, SeenCertificate>
} {
  const shown = new Map<string, SeenCertificate>()
  return {
    shown,
    served: async ({ name }) => {
      const seen = shown.get(name)
      if (seen === undefined) throw new Error('its name does not resolve')
      return seen
    },
  }
}
