import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aboutImage } from '@towpath/domain/evidence/format/sigstore-bundle.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sigstoreVerifier } from './sigstore.ts'
import { commit, image, openInstance, provenanceOf } from './testing/sigstore-instance.ts'
import { publicRoots, readTrustedRoots } from './trusted-roots.ts'

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

let folder = ''
let own: Awaited<ReturnType<typeof openInstance>>
let verifier: ReturnType<typeof sigstoreVerifier>
const rootsOf = async (text: string) => {
  const file = join(folder, 'roots.jsonl')
  await writeFile(file, text)
  return await readTrustedRoots(file)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-roots-'))
  own = await openInstance()
  verifier = sigstoreVerifier(await rootsOf(own.root))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('what GitHub signed', () => {
  const everyday = sigstoreVerifier(publicRoots())

  test('holds under the public roots, with who built it, where and when', async () => {
    expect(everyday.verify(await fixture('enterprise.sigstore.json'))).toMatchObject({
      state: 'verified',
      identity: {
        signer: 'https://github.com/too-legit/attest/.github/workflows/integration.yml@refs/heads/main',
        repository: 'https://github.com/too-legit/attest',
        ref: 'refs/heads/main',
        runner: 'github-hosted',
        issuer: expect.stringMatching(/^https:\/\/token\.actions\.githubusercontent\.com\/./),
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
      signedAt: expect.stringMatching(/^20\d\d-/),
    })
  })

  test('by a reusable workflow tells the workflow and the repository that called it apart', async () => {
    const verdict = everyday.verify(await fixture('reusable-workflow.sigstore.json'))
    expect(verdict.state === 'verified' && verdict.identity).toMatchObject({
      signer: expect.stringContaining('github.com/github/artifact-attestations-workflows/'),
      repository: expect.not.stringContaining('artifact-attestations-workflows'),
    })
  })

  test('with an instance that no root knows is told as that, by its name', async () => {
    expect(everyday.verify(await fixture('private-instance.jsonl'))).toEqual({
      state: 'no-root',
      issuedBy: expect.stringMatching(/^Fulcio Intermediate l\d$/),
    })
  })

  test('and was changed by a hair does not hold', async () => {
    const bundle = JSON.parse(await fixture('enterprise.sigstore.json')) as {
      dsseEnvelope: { payload: string }
    }
    const statement = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString().replace('main', 'mean')
    bundle.dsseEnvelope.payload = Buffer.from(statement).toString('base64')
    expect(everyday.verify(JSON.stringify(bundle)).state).toBe('refused')
  })
})

describe('an instance of our own', () => {
  test.each(['log', 'authority'] as const)('is believed where the time is proved by the %s', async (time) => {
    const bare = await openInstance({ logs: time === 'log' })
    const verdict = sigstoreVerifier(await rootsOf(bare.root)).verify(await bare.attest({ time }))
    expect(verdict).toMatchObject({
      state: 'verified',
      identity: { repository: 'https://github.com/acme/shop', commit, ref: 'refs/heads/main' },
    })
    expect(aboutImage(verdict, image)).toEqual(verdict)
  })

  test('one root of several is enough, one a line', async () => {
    const other = await openInstance()
    const both = sigstoreVerifier(await rootsOf(`${other.root}\n${own.root}\n`))
    expect(both.verify(await own.attest()).state).toBe('verified')
    expect(both.verify(await other.attest()).state).toBe('verified')
    expect(verifier.verify(await other.attest())).toEqual({ state: 'no-root', issuedBy: 'sigstore' })
  })

  test('a certificate whose time nobody signed for is refused', async () => {
    expect(verifier.verify(await own.attest({ time: 'none' }))).toMatchObject({
      state: 'refused',
      why: expect.stringContaining('nobody who is trusted signed for the time'),
    })
  })

  test('a signature from after its certificate ended is refused', async () => {
    const seenAt = new Date(Date.now() + 3_600_000)
    expect(verifier.verify(await own.attest({ seenAt }))).toMatchObject({
      state: 'refused',
      why: expect.stringContaining('was not valid when it was signed'),
    })
  })

  test('a log that is asked for and missing is refused', async () => {
    expect(verifier.verify(await own.attest({ time: 'authority' }))).toMatchObject({
      state: 'refused',
      why: expect.stringContaining('it is in no log that is trusted'),
    })
  })

  test('another image, another predicate and a statement that says nothing are refused', async () => {
    const about = async (statement: string) =>
      aboutImage(verifier.verify(await own.attest({ statement })), image)
    const other = `sha256:${'2'.repeat(64)}`
    expect(await about(provenanceOf(other))).toEqual({
      state: 'refused',
      why: `it is about ${other}, and not about ${image}`,
    })
    expect(
      await about(provenanceOf(image).replace('provenance/v1', 'verification_summary/v1')),
    ).toMatchObject({
      state: 'refused',
      why: expect.stringContaining('https://slsa.dev/verification_summary/v1'),
    })
    expect((await about('{}')).state).toBe('refused')
  })

  test('whatever byte is changed, it is refused or says the very same', async () => {
    const bundle = await own.attest()
    const before = verifier.verify(bundle)
    fc.assert(
      fc.property(fc.nat(bundle.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const changed = bundle.slice(0, at) + String.fromCharCode(code) + bundle.slice(at + 1)
        const after = verifier.verify(changed)
        expect(after.state === 'verified' ? after : before).toEqual(before)
      }),
      { numRuns: 400 },
    )
  })

  const whole = (bytes: Buffer): { from: number; to: number } => ({ from: 0, to: bytes.length })

  /** What the authority signed of a certificate; of the frame around it, some bits say nothing to anybody. */
  const signedPart = (certificate: Buffer): { from: number; to: number } => ({
    from: 8,
    to: 8 + certificate.readUInt16BE(6),
  })

  test('no bit of statement, signature or what is signed of the certificate can be changed', async () => {
    const bundle = await own.attest()
    type Parts = {
      verificationMaterial: { certificate: { rawBytes: string } }
      dsseEnvelope: { payload: string; signatures: { sig: string }[] }
    }
    const flip = (base64: string, { at, bit }: { at: number; bit: number }, part = whole): string => {
      const bytes = Buffer.from(base64, 'base64')
      const { from, to } = part(bytes)
      const index = from + (at % (to - from))
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
      return bytes.toString('base64')
    }
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), fc.constantFrom('payload', 'sig', 'certificate'), (at, bit, part) => {
        const parts = JSON.parse(bundle) as Parts
        const { certificate } = parts.verificationMaterial
        const [signature] = parts.dsseEnvelope.signatures
        if (part === 'payload') parts.dsseEnvelope.payload = flip(parts.dsseEnvelope.payload, { at, bit })
        if (part === 'sig' && signature !== undefined) signature.sig = flip(signature.sig, { at, bit })
        if (part === 'certificate') certificate.rawBytes = flip(certificate.rawBytes, { at, bit }, signedPart)
        expect(verifier.verify(JSON.stringify(parts)).state).not.toBe('verified')
      }),
      { numRuns: 200 },
    )
  })

  test('noise is refused and never thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(verifier.verify(text).state).toBe('refused')
      }),
    )
  })
})

describe('a file of roots', () => {
  test.each(['', 'hello', '{}', '{"certificateAuthorities": []}', '{"a": 1}\n{'])(
    'that is %j is refused',
    async (text) => {
      await expect(rootsOf(text)).rejects.toMatchObject({ code: 'TRUSTED_ROOT_UNREADABLE', kind: 'usage' })
    },
  )

  test('that is not there is refused', async () => {
    await expect(readTrustedRoots(join(folder, 'none'))).rejects.toMatchObject({
      code: 'TRUSTED_ROOT_UNREADABLE',
    })
  })
})
