import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { appendObserved } from './testing/append-observed.ts'
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

/** The shop, with these environments watched. */
function watchedFiles(...environments: string[]): Record<string, string> {
  const files = shopFiles()
  const config = Buffer.from(files['towpath.yaml'] ?? '', 'base64').toString()
  const watched = environments.reduce(
    (text, name) => text.replace(new RegExp(`^  ${name}: .*$`, 'm'), `  ${name}: {mode: watch}`),
    config,
  )
  return { ...files, 'towpath.yaml': Buffer.from(watched).toString('base64') }
}

const start = (environment: string, files = watchedFiles('production', 'staging')) =>
  subject.ask(`PUT /v1/environments/${environment}/watch`, { as: 'maker', body: { files } })
const codeOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
]
const watchOf = async (environment: string): Promise<unknown> => {
  const answer = await subject.ask(`GET /v1/environments/${environment}`, { as: 'maker' })
  return answer.status === 404 ? 'unheard of' : ((await answer.json()) as { watch: unknown }).watch
}

it('is refused where the file does not ask for it, and where the host is not seen; nothing is recorded then', async () => {
  expect(await codeOf(await start('production', shopFiles()))).toEqual([422, 'WATCH_NOT_ASKED'])
  subject.host.goAway()
  expect(await codeOf(await start('production'))).toEqual([503, 'ENGINE_UNREACHABLE'])
  subject.host.comeBack()
  expect(await watchOf('production')).toBe('unheard of')
})

it('a watched environment is never deployed to, until the file says so no more', async () => {
  expect((await start('production')).status).toBe(200)
  await createShopRelease(subject, { version: '1.0.0', maker: 'maker', files: watchedFiles('production') })
  const deploy = (release: string) =>
    subject.ask('POST /v1/environments/production/deployments', { as: 'maker', body: { release } })
  expect(await codeOf(await deploy('1.0.0'))).toEqual([409, 'ENVIRONMENT_WATCHED'])
  await createShopRelease(subject, { version: '1.1.0', maker: 'maker' })
  expect((await deploy('1.1.0')).status).toBe(202)
  expect(await codeOf(await start('production'))).toEqual([409, 'ENVIRONMENT_NOT_WATCHABLE'])
})

it('is ended once, and what was recorded stays', async () => {
  expect((await start('staging')).status).toBe(200)
  await appendObserved(subject.installation, { id: 'obs_0000000002', environment: 'staging' })
  const stop = async () =>
    await (
      await subject.ask('POST /v1/environments/staging/watch/stop', {
        as: 'maker',
        body: { reason: 'enough' },
      })
    ).json()
  expect([await stop(), await stop()]).toEqual([{ stopped: true }, { stopped: false }])
  expect(await watchOf('staging')).toBeNull()
  const listed = await subject.ask('GET /v1/observed-deployments?environment=staging', { as: 'maker' })
  expect(await listed.json()).toMatchObject({ items: [{ id: 'obs_0000000002', would: 'being-judged' }] })
  const unknown = await subject.ask('GET /v1/observed-deployments/obs_0000000009', { as: 'maker' })
  expect(await codeOf(unknown)).toEqual([404, 'OBSERVED_DEPLOYMENT_NOT_FOUND'])
})
