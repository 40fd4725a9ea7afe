import { openAtRest } from '@towpath/app/runner/at-rest.ts'
import { pruneReleases } from '@towpath/app/runner/prune-releases.ts'
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

/** A deployment that kept one release, fetched its image, and ended; returns that image. */
async function deployed(
  version: string,
  outcome: 'live' | 'refused',
  environment = 'guarded',
): Promise<string> {
  const files = shopFiles()
  const config = Buffer.from(files['towpath.yaml'] ?? '', 'base64').toString()
  const kept = Buffer.from(config.replace('defaults:\n', 'defaults:\n  keep: 1\n')).toString('base64')
  await createShopRelease(subject, { version, maker: 'maker', files: { ...files, 'towpath.yaml': kept } })
  const asked = await subject.ask(`POST /v1/environments/${environment}/deployments`, {
    as: 'maker',
    body: { release: version },
  })
  const { id, plan } = (await asked.json()) as {
    id: string
    plan: { services: { container: { image: string } }[] }
  }
  const image = plan.services[0]?.container.image ?? ''
  subject.host.images.add(image)
  await endDeployment(subject, id, outcome)
  return image
}

it('images of releases that never went live go once they are old, and none that somebody may want', async () => {
  const stranger = 'registry.test/shop/backend@sha256:'.padEnd(98, 'f')
  subject.host.images.add(stranger)
  const live = await deployed('1.0.0', 'live')
  const elsewhere = await deployed('1.1.0', 'live', 'staging')
  expect(await deployed('1.1.0', 'refused')).toBe(elsewhere)
  const old = await deployed('1.2.0', 'refused')
  const newest = await deployed('1.3.0', 'refused')
  const rest = await openAtRest(subject.installation, 'guarded', AbortSignal.timeout(10_000))
  if (rest === null) throw new Error('nothing is live')
  await pruneReleases(rest)
  expect([...subject.host.images].toSorted()).toEqual([stranger, live, elsewhere, newest].toSorted())
  const told = await subject.installation.store.readEvents({ types: ['image.deleted'], limit: 10 })
  expect(told.map(({ release, data }) => [release, data])).toEqual([['1.2.0', { image: old }]])
})
