import { judgeCertificate } from '../../certificate/judge-certificate.ts'
import type { SeenCertificate } from '../../certificate/seen-certificate.ts'
import type { OnlineAnswer } from './online-answer.ts'
import type { OnlineFacts, SeenName } from './online-facts.ts'

/** What a name is served with, as anybody who asks for it gets it. */
export function certificateAnswer(
  { name, port, served, file }: SeenName,
  { environment }: Pick<OnlineFacts, 'environment'>,
): OnlineAnswer {
  const about = { id: 'certificate', key: ['environments', environment] } as const
  const where = port === 443 ? name : `${name}:${port}`
  if ('unknown' in served)
    return {
      ...{ ...about, status: 'unknown' },
      message: `the certificate of ${where} could not be seen: ${served.unknown}`,
      fix:
        served.fix ??
        `see that the name leads to the host and that its proxy runs: openssl s_client -connect ${name}:${port}`,
    }
  const { status, says, fix } = judgeCertificate(served.value, { name, now: served.at })
  const message = `the certificate of ${where} ${says}`
  if (file === null || !isNewer(file.seen, served.value)) return { ...about, status, message, fix }
  return {
    ...{ ...about, status: status === 'fail' ? 'fail' : 'warn' },
    message: `${message}, and a newer one lies in ${file.path} that is not served`,
    fix: 'have the proxy read it again (nginx -s reload), and see why the hook of its renewal did not',
  }
}

/** Renewed, and nobody told the proxy. */
const isNewer = (file: SeenCertificate, served: SeenCertificate): boolean =>
  file.fingerprint !== served.fingerprint && Date.parse(file.notBefore) > Date.parse(served.notBefore)
