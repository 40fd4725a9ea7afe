import { X509Certificate } from 'node:crypto'
import type { CertificateFile } from '@towpath/domain/adoption/certificate-files.ts'
import { readCertificate } from '@towpath/domain/certificate/read-certificate.ts'

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}?-----END CERTIFICATE-----/g
/** A bundle of authorities has hundreds; those are left to whoever keeps the bundle. */
const PER_FILE_MAX = 20

/** Certificates of servers in PEM files. What is broken is no certificate, and authorities are not looked at. */
export function certificateFiles(texts: ReadonlyMap<string, string>): CertificateFile[] {
  return [...texts].flatMap(([file, text]) =>
    /\.(?:pem|crt|cer)$/.test(file)
      ? [...text.matchAll(PEM)].slice(0, PER_FILE_MAX).flatMap((match) => {
          const certificate = parsed(match[0])
          if (certificate === null || certificate.ca) return []
          const line = text.slice(0, match.index).split('\n').length
          return [{ file, line, seen: { ...readCertificate(certificate), chain: null } }]
        })
      : [],
  )
}

function parsed(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}
