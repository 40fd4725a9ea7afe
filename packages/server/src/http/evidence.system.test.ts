import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { shopFiles, shopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest
let database = ''

// What GitHub attested for a public artifact.
const commit = '283bf967fa3c591925dd25e6a6e8e781542117bf'
const image = 'sha256:afa27b44d43b02a9fea41d13cedc2e4016cfcf87c5dbf990e593669aa8ce286d'
const attestation = readFileSync(
  join(import.meta.dirname, '../../../adapters/src/attestation/fixtures/enterprise.sigstore.json'),
  'utf8',
)
const config = `version: 1
project: shop
services:
  backend:
    compose: web
    image: registry.test/shop/backend
    health: {path: /health, port: 4000}
defaults:
  host: {folder: /srv/shop}
  gates:
    evidence: [audit, sbom-present, provenance]
    provenance:
      repository: too-legit/attest
      workflow: .github/workflows/integration.yml
      issuer: https://token.actions.githubusercontent.com/hammer-time
environments:
  production: {}
`

beforeAll(async () => {
  postgres = await startScratchPostgres()
  const remembering = {
    ...postgres,
    createDatabase: async () => {
      database = await postgres.createDatabase()
      return database
    },
  }
  subject = await openApiUnderTest(remembering)
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
  await subject.addPrincipal('ci', [{ environment: '*', role: 'deployer' }])
  subject.registry.push('registry.test/shop/backend:1.0.0', image)
  const files = { ...shopFiles(), 'towpath.yaml': Buffer.from(config).toString('base64') }
  const release = { ...shopRelease('1.0.0', files), commit }
  await subject.ask('POST /v1/releases', { as: 'maker', body: release })
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

const finding = {
  ...{ id: 'GHSA-aaaa-bbbb-cccc', aliases: [], package: 'left', version: '1.0.0', kind: 'vulnerability' },
  ...{ severity: 'high', fixed: '1.0.1', presence: 'unknown', isExploited: null, file: 'package-lock.json' },
}
const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
const waiver = { owner: 'lead', reason: 'never called', expires: tomorrow, status: 'not_affected' }
const audit = (findings: object[]): string =>
  JSON.stringify({
    ...{ kind: 'audit', tool: { name: 'towpath', version: '1' }, findings, unknowns: [] },
    lockfiles: [{ file: 'package-lock.json', components: 3 }],
    advisories: { newest: new Date().toISOString(), count: 3 },
  })

const add = (text: string, about: object = { subject: { commit } }, as = 'maker'): Promise<Response> =>
  subject.ask('POST /v1/evidence', {
    as,
    body: { document: Buffer.from(text).toString('base64'), name: 'x.json', ...about },
  })
interface Asked {
  gate: string
  answer: string
  why: string
  waivers: object[]
}
async function gate(name: string): Promise<Asked | undefined> {
  const answer = await subject.ask('POST /v1/environments/production/deployments', {
    as: 'maker',
    body: { release: '1.0.0', dryRun: true },
  })
  const { gates } = (await answer.json()) as { gates: { results: Asked[] } }
  return gates.results.find((result) => result.gate === name)
}

/** As somebody with the database's own password could. */
async function alter(statement: string, values: unknown[]): Promise<void> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    await client.query('alter table blob disable trigger user')
    await client.query(statement, values)
  } finally {
    await client.query('alter table blob enable trigger user')
    await client.end()
  }
}

describe('evidence', () => {
  it('is unknown to the gates before anybody brought any', async () => {
    expect(await gate('audit')).toMatchObject({
      answer: 'unknown',
      why: expect.stringContaining('no evidence'),
    })
    expect(await gate('sbom-present')).toMatchObject({ answer: 'unknown' })
    expect(await gate('secrets')).toMatchObject({ answer: 'not-applicable' })
  })

  it('with a finding that counts holds the release up, and a waiver lets it pass and shows', async () => {
    expect((await add(audit([{ ...finding, waiver: null }]))).status).toBe(201)
    expect(await gate('audit')).toMatchObject({ answer: 'fail', why: expect.stringContaining(finding.id) })
    expect((await add(audit([{ ...finding, waiver }]))).status).toBe(201)
    expect(await gate('audit')).toMatchObject({
      answer: 'pass',
      waivers: [{ advisory: finding.id, owner: 'lead', reason: 'never called', expires: tomorrow }],
    })
  })

  it('OpenVEX lets a finding pass by the word of who may waive, and of nobody else', async () => {
    expect((await add(audit([{ ...finding, waiver: null, version: '1.0.0-a' }]))).status).toBe(201)
    const vex = (author: string): string =>
      JSON.stringify({
        ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://x.example/1', author, version: 1 },
        timestamp: new Date().toISOString(),
        statements: [
          { vulnerability: { name: finding.id }, status: 'not_affected', impact_statement: 'never called' },
        ],
      })
    const brought = (await (await add(vex('a'), { subject: { commit } }, 'ci')).json()) as { summary: string }
    expect(brought.summary).toContain('lets nothing pass, for ci may not waive')
    expect(await gate('audit')).toMatchObject({
      answer: 'fail',
      why: expect.stringMatching(/OpenVEX ev_\w+ weighs nothing, for ci may not waive here/),
    })
    expect((await add(vex('b'))).status).toBe(201)
    expect(await gate('audit')).toMatchObject({
      answer: 'pass',
      waivers: [
        { advisory: finding.id, owner: 'maker', reason: expect.stringContaining('never called (OpenVEX') },
      ],
    })
  })

  it('brought twice is recorded once', async () => {
    const text = audit([])
    const ids = [await add(text), await add(text)].map(
      async (answer) => ((await answer.json()) as { id: string }).id,
    )
    const [one, other] = await Promise.all(ids)
    expect(one).toBe(other)
  })

  it.each([
    ['EVIDENCE_NOT_UNDERSTOOD', 'hello', { subject: { commit } }],
    ['EVIDENCE_NOT_UNDERSTOOD', audit([]), { subject: { commit }, kind: 'secrets' }],
    ['EVIDENCE_SUBJECT_WRONG', audit([]), { subject: { image } }],
  ])('that does not count is refused by name: %s', async (code, text, about) => {
    const answer = await add(text, about)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([422, code])
  })

  it('of who built an image is checked by the server itself, and again by the gate', async () => {
    const other = `sha256:${'2'.repeat(64)}`
    const changed = attestation.replace(/("payload": ?"[^"]{400})[^"]/, '$1Z')
    for (const [text, about] of [
      [changed, image],
      [attestation, other],
    ] as const) {
      const answer = await add(text, { subject: { image: about } })
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        422,
        'ATTESTATION_DOES_NOT_HOLD',
      ])
    }
    expect(await gate('provenance')).toMatchObject({ answer: 'unknown' })
    expect((await add(attestation, { subject: { image } })).status).toBe(201)
    expect(await gate('provenance')).toMatchObject({
      answer: 'pass',
      why: expect.stringContaining('https://github.com/too-legit/attest, .github/workflows/integration.yml'),
    })
  })

  it('that was altered in the database is told, and no gate passes by it', async () => {
    const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'a' }] }
    const added = (await (await add(JSON.stringify(bill), { subject: { image } })).json()) as {
      id: string
      document: string
    }
    expect(await gate('sbom-present')).toMatchObject({ answer: 'pass' })
    await alter('update blob set bytes = $1 where digest = $2', [Buffer.from('{}'), added.document])
    expect(await gate('sbom-present')).toMatchObject({
      answer: 'unknown',
      why: expect.stringContaining('does not hold'),
    })
    const shown = await subject.ask(`GET /v1/evidence/${added.id}`, { as: 'maker' })
    expect(((await shown.json()) as { code: string }).code).toBe('BLOB_CHANGED')
  })
})
