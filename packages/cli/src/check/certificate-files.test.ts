import { certificateFileChecks } from '@towpath/domain/adoption/certificate-files.ts'
import { makeAuthority } from '@towpath/testkit/certificates.ts'
import { expect, test } from 'vitest'
import { certificateFiles } from './certificate-files.ts'

const dayMs = 86_400_000

test('certificates of servers are told with their line, and neither keys, authorities nor what is broken', async () => {
  const authority = await makeAuthority({ names: [], untilMs: -dayMs, fromMs: -2 * dayMs })
  const old = await authority.issue({ names: ['old.example'], fromMs: -2 * dayMs, untilMs: -dayMs })
  const own = await authority.issue({ names: ['own.example'], fromMs: -dayMs, untilMs: 89 * dayMs })
  const files = certificateFiles(
    new Map([
      ['tls/ca.pem', authority.cert],
      ['tls/old.pem', `${old.key}\n${old.fullchain}`],
      ['tls/own.crt', own.cert],
      ['tls/broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
      ['readme.md', own.cert],
    ]),
  )
  const lines = `${old.key}\n`.split('\n').length
  expect(certificateFileChecks(files, new Date().toISOString())).toMatchObject([
    {
      ...{ file: 'tls/old.pem', line: lines, status: 'fail' },
      message: expect.stringMatching(/^the certificate for old.example ran out on /),
    },
    { file: 'tls/own.crt', line: 1, status: 'pass' },
  ])
})
