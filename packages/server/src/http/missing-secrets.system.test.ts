import { sealSettings } from '@towpath/adapters/secret-store/age.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { endDeployment } from './testing/end-deployment.ts'
import { createShopRelease, shopFiles } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres)
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')
const textOf = (encoded = ''): string => Buffer.from(encoded, 'base64').toString()

/** A release of the shop whose service gets these variables, with these secrets sealed for each environment. */
async function release(
  version: string,
  {
    environment,
    sealed,
    config = '',
  }: { environment: string; sealed: Record<string, string>; config?: string },
): Promise<void> {
  const { installation } = subject
  const shop = shopFiles()
  const towpath = textOf(shop['towpath.yaml']).replace(
    'defaults:\n',
    'defaults:\n  secrets: secrets/{environment}.env.age\n',
  )
  const recipient = await installation.secrets.recipient()
  const files: Record<string, string> = {
    'towpath.yaml': base64(towpath + config),
    'docker-compose.yaml': base64(`${textOf(shop['docker-compose.yaml'])}    environment: ${environment}\n`),
  }
  for (const name of ['staging', 'production', 'guarded'])
    files[`secrets/${name}.env.age`] = base64(await sealSettings(sealed[name] ?? 'OTHER=1\n', [recipient]))
  const made = await createShopRelease(subject, { version, maker: 'maker', files })
  expect([made.status, await made.text()]).toEqual([201, expect.any(String)])
}

/** How `settings-complete` answers in a dry run. */
async function gateOf(version: string, environment: string): Promise<{ answer: string; why: string }> {
  const answer = await subject.ask(`POST /v1/environments/${environment}/deployments`, {
    as: 'maker',
    body: { release: version, dryRun: true },
  })
  const { gates } = (await answer.json()) as {
    gates: { results: { gate: string; answer: string; why: string }[] }
  }
  const { answer: said, why } = gates.results.find(({ gate }) => gate === 'settings-complete') ?? {
    ...{ answer: 'not asked', why: '' },
  }
  return { answer: said, why }
}

it('a secret that is sealed for another environment alone is missing here', async () => {
  const environment = '{MAIL_KEY: "$MAIL_KEY"}'
  await release('1.0.0', { environment, sealed: { staging: 'MAIL_KEY=of-staging\n' } })
  expect(await gateOf('1.0.0', 'staging')).toMatchObject({ answer: 'pass' })
  const held = await gateOf('1.0.0', 'production')
  expect(held).toEqual({ answer: 'fail', why: 'no value for MAIL_KEY' })
})

it('a secret that what is live had is missing when a release comes without it', async () => {
  const environment = '{TOKEN: }'
  await release('1.1.0', { environment, sealed: { guarded: 'TOKEN=known\n' } })
  const asked = await subject.ask('POST /v1/environments/guarded/deployments', {
    as: 'maker',
    body: { release: '1.1.0' },
  })
  const { id } = (await asked.json()) as { id: string }
  await endDeployment(subject, id, 'live')
  await release('1.2.0', { environment, sealed: {} })
  expect(await gateOf('1.2.0', 'guarded')).toEqual({ answer: 'fail', why: 'no value for TOKEN' })
  expect(await gateOf('1.2.0', 'staging')).toMatchObject({ answer: 'pass' })
})

it('a secret that towpath.yaml names is missing where nobody sealed it', async () => {
  const config = 'database: {url: "secret:DATABASE_URL"}\n'
  await release('1.3.0', { environment: '{}', sealed: {}, config })
  expect(await gateOf('1.3.0', 'staging')).toEqual({ answer: 'fail', why: 'no value for DATABASE_URL' })
})

it('a default, an empty value set on purpose, and a plain setting that nobody sealed are no missing secrets', async () => {
  const environment = '{A: "${MAIL_KEY:-none}", B: "$EMPTY", C: "$PLAIN"}'
  const sealed = { staging: 'MAIL_KEY=1\nEMPTY=1\n', production: "EMPTY=''\n" }
  await release('1.4.0', { environment, sealed })
  expect(await gateOf('1.4.0', 'production')).toMatchObject({ answer: 'pass' })
})
