import type { SeenCertificate } from './seen-certificate.ts'

/** As Node's `X509Certificate` has them. */
export interface CertificateFields {
  subjectAltName?: string | undefined
  /** A line for each field, such as `CN=Name`. */
  issuer: string
  validFromDate: Date
  validToDate: Date
  fingerprint256: string
}

/** What a certificate says of itself; of its chain nothing. */
export const readCertificate = (fields: CertificateFields): Omit<SeenCertificate, 'chain'> => ({
  names: namesIn(fields.subjectAltName ?? ''),
  issuer: issuerName(fields.issuer),
  notBefore: fields.validFromDate.toISOString(),
  notAfter: fields.validToDate.toISOString(),
  fingerprint: fields.fingerprint256,
})

/** `DNS:a.example, IP Address:127.0.0.1`; what is put in quotes has a comma in it and is no host name. */
const namesIn = (text: string): string[] =>
  text.split(', ').flatMap((entry) => /^(?:DNS|IP Address):([^"]+)$/.exec(entry)?.[1] ?? [])

/** The organisation and the common name are what people know an authority by. */
function issuerName(text: string): string {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const words = [fields.get('O'), fields.get('CN')].filter((word) => word !== undefined && word !== '')
  return words.join(' ') || 'nobody'
}
