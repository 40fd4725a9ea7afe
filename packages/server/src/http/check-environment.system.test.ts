import type { Check } from '@towpath/domain/adoption/finding.ts'
import { sealSettings } from '@towpath/adapters/secret-store/age.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { createShopRelease, shopFiles } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres)
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
  await createShopRelease(subject, { version: '1.0.0', maker: 'maker' })
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})
beforeEach(() => {
  subject.host.comeBack()
  subject.host.images.add(subject.installation.edgeImage)
  subject.registry.state = 'up'
})

const textOf = (encoded = ''): string => Buffer.from(encoded, 'base64').toString()
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')

/** The shop's files after these replacements in `towpath.yaml`. */
function edited(...edits: [string, string][]): Record<string, string> {
  const files = shopFiles()
  const text = edits.reduce((now, [one, other]) => now.replace(one, other), textOf(files['towpath.yaml']))
  return { ...files, 'towpath.yaml': base64(text) }
}

async function ask(files: Record<string, string>, environment = 'staging'): Promise<Response> {
  return await subject.ask(`POST /v1/environments/${environment}/checks`, { as: 'maker', body: { files } })
}

/** `id status` of each check. */
async function answersTo(files: Record<string, string>, environment?: string): Promise<string[]> {
  const { checks } = (await (await ask(files, environment)).json()) as { checks: Check[] }
  return checks.map(({ id, status }) => `${id} ${status}`)
}

/** Of two images the first is what is shipped, the second the edge's. */
const allGood = [
  ...['host pass', 'host-clock pass', 'host-disk pass', 'images pass', 'images pass'],
  ...['host-images pass', 'secret-values pass', 'second-operator pass'],
]

it('says what it saw of each, at its line of towpath.yaml', async () => {
  expect(await answersTo(shopFiles())).toEqual(allGood)
  const { checks } = (await (await ask(shopFiles())).json()) as { checks: Check[] }
  expect(checks.map(({ file, line }) => `${file}:${line}`)).toContain('towpath.yaml:6')
})

it('a host, a registry and a login that fail are told one by one, and the others still asked', async () => {
  subject.host.goAway()
  expect(await answersTo(shopFiles())).toEqual([
    ...['host fail', 'host-clock unknown', 'host-disk unknown'],
    ...['images pass', 'images unknown', 'host-images unknown'],
    ...['secret-values pass', 'second-operator unknown'],
  ])
  subject.host.comeBack()
  for (const state of ['down', 'closed'] as const) {
    subject.registry.state = state
    expect(await answersTo(shopFiles())).toEqual(allGood.with(3, 'images fail').toSpliced(5, 1))
  }
})

it('an image of the edge that the host has not, and no registry gives, is told before a deployment needs it', async () => {
  subject.host.images.delete(subject.installation.edgeImage)
  expect(await answersTo(shopFiles())).toEqual(allGood.with(4, 'images fail'))
})

it('a secret that nobody sealed and a database that needs it fail, with the command that mends both', async () => {
  const files = edited(
    ['defaults:\n', 'defaults:\n  secrets: secrets/{environment}.env.age\n'],
    ['defaults:\n', 'database: {url: "secret:DATABASE_URL"}\ndefaults:\n'],
  )
  const sealed = await sealSettings('OTHER=1\n', [await subject.installation.secrets.recipient()])
  for (const name of ['staging', 'production', 'guarded']) files[`secrets/${name}.env.age`] = base64(sealed)
  expect(await answersTo(files)).toEqual([
    ...allGood.with(6, 'secret-values fail').slice(0, -1),
    ...['database fail', 'connections unknown', 'second-operator pass'],
  ])
})

it('secrets sealed to another key and a host that no policy allows are told before anything is asked', async () => {
  const other = await sealSettings('A=1\n', [
    'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  ])
  const secret = edited(['defaults:\n', 'defaults:\n  secrets: secrets/{environment}.env.age\n'])
  for (const name of ['staging', 'production', 'guarded']) secret[`secrets/${name}.env.age`] = base64(other)
  expect(await answersTo(secret)).toEqual(['environment fail'])
  await subject.ask('PUT /v1/environments/guarded/policy', {
    as: 'maker',
    body: { approvals: 0, hosts: ['unix:///var/run/docker.sock'] },
  })
  const away = edited(['guarded: {}', 'guarded: {host: {docker: "ssh://evil@host.test"}}'])
  const before = recorded()
  expect(await answersTo(away, 'guarded')).toEqual(['environment fail'])
  expect(before.calls).toEqual([])
  before.stop()
})

it('files of another project are refused', async () => {
  const answer = await ask(edited(['project: shop', 'project: other']))
  expect([answer.status, await answer.json()]).toEqual([
    422,
    expect.objectContaining({
      code: 'PROJECT_MISMATCH',
      hint: expect.stringContaining('Nothing was changed'),
    }),
  ])
})

it('only reads: of the engine nothing is called that changes anything, and neither ledger nor blobs grow', async () => {
  const { store } = subject.installation
  const before = await store.head()
  const watched = recorded()
  await ask(shopFiles())
  watched.stop()
  expect(new Set(watched.calls)).toEqual(
    new Set(['describe', 'diskFreeBytes', 'find', 'hasImage', 'platformsOf']),
  )
  expect(await store.head()).toEqual(before)
})

/** Names of everything that engine and blobs are asked for from now on. */
function recorded(): { calls: string[]; stop: () => void } {
  const { installation } = subject
  const { store } = installation
  const engineOf = installation.engineOf.bind(installation)
  const calls: string[] = []
  const spied = <T extends object>(target: T, only?: string): T =>
    new Proxy(target, {
      get: (of, name) => {
        if (only === undefined || name === only) calls.push(String(name))
        return Reflect.get(of, name) as unknown
      },
    })
  installation.engineOf = (...given) => spied(engineOf(...given))
  installation.store = spied(store, 'putBlob')
  return {
    calls,
    stop: () => {
      installation.engineOf = engineOf
      installation.store = store
    },
  }
}
