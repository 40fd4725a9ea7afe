import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { SchemaImpact } from '@towpath/domain/release/release.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { afterwards } from '@towpath/testkit/faults/afterwards.ts'
import { askServer, ledgerHead } from '@towpath/testkit/faults/ask-server.ts'
import { fileMistakes } from '@towpath/testkit/faults/file-mistakes.ts'
import { editConfig, editFile, sealSecrets, secretsOf } from '@towpath/testkit/faults/project-edits.ts'
import { requestRelease } from '@towpath/testkit/faults/release-request.ts'
import type { ReleaseAsked } from '@towpath/testkit/faults/release-request.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { until } from '@towpath/testkit/wait.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** What people write into their files, and what becomes of it. Tests run in order; each leaves production live. */
const docker = connectDocker()

let scene: ExampleScene
let production: SceneDriver
let images: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  scene = await setScene({ strategy: { drain: '1s', bake: '500ms', warm: '1s' }, reconcileMs: 500 })
  production = driveScene(scene)
  images = await scene.build({ version: '1.0.0' })
}, 120_000)

afterAll(async () => {
  await scene?.close()
})

/** A release of the checkout as it stands, deployed and waited for. */
async function ship(more: Partial<ReleaseAsked> = {}): Promise<Deployment> {
  const { id } = await start(more)
  return await production.finished(id)
}

async function start(more: Partial<ReleaseAsked> = {}): Promise<Deployment> {
  const version = next()
  const made = await requestRelease(scene, { version, images, ...more })
  expect([made.status, made.text]).toEqual([201, expect.any(String)])
  const body = { release: version, kind: 'deploy', reason: 'test' }
  return await scene.server.post('/v1/environments/production/deployments', body, 'dev')
}

describe('a release whose files are wrong', () => {
  it.each(fileMistakes)(
    'in $file $what is refused with the place, and nothing is recorded',
    async (mistake) => {
      const undo = await editFile(scene, mistake.file, mistake.edit)
      const problem = await afterwards(refused({ version: '9.0.0', images }), undo)
      expect(problem).toMatchObject({ status: 422, kind: 'usage' })
      expect(placesIn(problem)).toContainEqual(expect.stringMatching(`^${mistake.file}:\\d+:\\d+ `))
      expect(placesIn(problem).join('\n')).toMatch(mistake.says)
      expect(JSON.stringify(problem)).not.toContain('root:x:')
    },
  )

  it.each(['towpath.yaml', 'docker-compose.yaml', 'env/production.env', 'secrets/production.env.age'])(
    'without %s is told which file is missing',
    async (path) => {
      const problem = await refused({ version: '9.0.0', images, files: { [path]: null } })
      expect(problem).toMatchObject({ status: 422, code: 'PROJECT_FILE_MISSING', path })
    },
  )

  it('with secrets that nobody here can open is told so, and not what is in them', async () => {
    for (const bytes of [Buffer.from('PASSWORD=plain-by-mistake'), Buffer.alloc(4_096, 7)]) {
      const files = { 'secrets/production.env.age': bytes.toString('base64') }
      const problem = await refused({ version: '9.0.0', images, files })
      expect(problem['code']).toBe('SECRETS_UNREADABLE')
      expect(JSON.stringify(problem)).not.toContain('plain-by-mistake')
    }
  })

  it.each([
    ['a little more than a release may be', 6.2, 'SNAPSHOT_TOO_LARGE'],
    ['far more', 20, 'BODY_TOO_LARGE'],
  ])('that bring %s are refused', async (_much, megabytes, code) => {
    const files = { 'conf/large.bin': Buffer.alloc(megabytes * 1024 * 1024).toString('base64') }
    expect(await refused({ version: '9.0.0', images, files })).toMatchObject({ status: 413, code })
  })

  it.each(['../towpath.yaml', '/etc/passwd', 'conf/../../x', 'a\\..\\b', 'line\nbreak', ''])(
    'that are named %j are refused',
    async (path) => {
      const problem = await refused({ version: '9.0.0', images, files: { [path]: 'AAAA' } })
      expect(problem).toMatchObject({ status: 422, code: 'FILE_PATH_REFUSED' })
    },
  )
})

/** Expects a refusal by the caller's fault that leaves no trace, and gives what it says. */
async function refused(asked: ReleaseAsked): Promise<Record<string, unknown>> {
  const before = await ledgerHead(scene.server)
  const { status, body } = await requestRelease(scene, asked)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(await ledgerHead(scene.server)).toEqual(before)
  return { ...body, status }
}

const placesIn = ({ problems }: Record<string, unknown>): string[] =>
  (problems as { file: string; line: number; col: number; message: string }[]).map(
    ({ file, line, col, message }) => `${file}:${line}:${col} ${message}`,
  )

describe('secrets', () => {
  const logsPath = 'environments/production/logs?service=backend&tail=100'
  const mailKey = 'mail-key-that-only-the-container-may-see'

  it('reach the container, and neither the ledger nor an answer nor the log, even where the app prints them', async () => {
    const undo = [
      await sealSecrets(scene, 'production', { MAILERSEND_API_KEY: mailKey }),
      await editConfig(scene, [printing("require('/app/main.cjs')")], 'docker-compose.yaml'),
    ]
    const shipped = await ship()
    expect(shipped.finished?.outcome).toBe('live')
    expect(await environmentOf('backend')).toMatchObject({ MAILERSEND_API_KEY: mailKey })
    await editConfig(scene, [printing('process.exit(1)')], 'docker-compose.yaml')
    const failed = await ship()
    expect(failed).toMatchObject({ finished: { outcome: 'refused' }, failure: { code: 'CANDIDATE_EXITED' } })
    expect(failed.failure?.logTail).toContain('my key is')
    for (const one of undo.toReversed()) await one()
    const told = await everythingTold([shipped, failed])
    expect(told[logsPath]).toContain('my key is')
    for (const secret of await allSecrets())
      for (const [where, text] of Object.entries(told))
        expect(text.includes(secret), `${where} holds a secret`).toBe(false)
  })

  /** A backend that prints what it was trusted with, then does `rest`. */
  const printing = (rest: string) => ({
    path: ['services', 'rust-app', 'entrypoint'],
    value: ['node', '-e', `console.log('my key is ' + process.env.MAILERSEND_API_KEY); ${rest}`],
  })

  const allSecrets = async (): Promise<string[]> => {
    const own = Object.values(await secretsOf(scene, 'production'))
    const identity = await readFile(join(scene.folder, 'state', 'secrets-identity.txt'), 'utf8')
    const [privateKey = ''] = /AGE-SECRET-KEY-\S+/.exec(identity) ?? []
    expect(privateKey).not.toBe('')
    return [mailKey, ...own, ...Object.values(scene.server.tokens), privateKey]
  }

  /** All that the server says to an admin of these deployments, and its log. */
  const everythingTold = async (deployments: Deployment[]): Promise<Record<string, string>> => {
    const paths = [
      ...[
        'ledger/export',
        'ledger/events?limit=1000',
        'environments',
        'releases',
        'deployments',
        'principals',
      ],
      ...['environments/production', 'environments/production/edge'],
      logsPath,
      ...deployments.flatMap(({ id }) => [`deployments/${id}`, `deployments/${id}/explain`]),
    ]
    const answers = await Promise.all(
      paths.map(async (path) => {
        const { status, text } = await askServer(scene.server, `GET /v1/${path}`)
        expect([path, status]).toEqual([path, 200])
        return [path, text] as const
      }),
    )
    const log = await readFile(join(scene.folder, 'state', 'server.log'), 'utf8')
    expect(log.length).toBeGreaterThan(0)
    return { ...Object.fromEntries(answers), log }
  }

  it('that the database needs and nobody sealed hold a deployment at a gate that names them', async () => {
    const undo = await sealSecrets(scene, 'production', { DATABASE_URL: undefined })
    const { live } = await production.state()
    const stopped = await afterwards(ship(), undo)
    expect(stopped.finished?.outcome).toBe('refused')
    const gate = stopped.gates?.results.find((result) => result.gate === 'database-reachable')
    expect(gate?.answer).toBe('fail')
    expect(gate?.why).toContain('the secret DATABASE_URL is missing')
    expect((await production.state()).live).toEqual(live)
  })
})

describe('a secret that the compose file needs and nobody sealed', () => {
  it('holds a deployment at a gate that names it, and what is live stays as it is', async () => {
    const undo = await sealSecrets(scene, 'production', { MAILERSEND_API_KEY: undefined })
    const { live } = await production.state()
    const stopped = await afterwards(ship(), undo)
    expect(stopped.finished?.outcome).toBe('refused')
    const gate = stopped.gates?.results.find((result) => result.gate === 'settings-complete')
    expect(gate).toMatchObject({ answer: 'fail', why: 'no value for MAILERSEND_API_KEY' })
    expect((await production.state()).live).toEqual(live)
  })
})

/** Variables of the container that serves, as the engine has them. */
async function environmentOf(service: string): Promise<Record<string, string>> {
  const { live } = await production.state()
  const { Config } = await docker.getContainer(live?.services[service]?.container ?? '').inspect()
  return Object.fromEntries(
    Config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

async function untilCold(): Promise<void> {
  await until(async () => (await production.state()).warm === null, {
    withinMs: 30_000,
    what: 'the release before to be retired',
  })
}

describe('a rollback', () => {
  const commit = async (n: number): Promise<void> => {
    const origins = `BACKEND_ALLOWED_ORIGINS=http://commit-${n}.example`
    await editFile(scene, 'env/production.env', (text) =>
      text.replace(/^BACKEND_ALLOWED_ORIGINS=.*$/m, origins),
    )
    await sealSecrets(scene, 'production', { MAILERSEND_API_KEY: `mail-key-${n}` })
  }
  const settingsOf = (n: number): Record<string, string> => ({
    BACKEND_ALLOWED_ORIGINS: `http://commit-${n}.example`,
    MAILERSEND_API_KEY: `mail-key-${n}`,
  })
  let first: Deployment
  let second: Deployment

  it('to a release that went cold loses no request, runs no migration, and restores settings and secrets of then', async () => {
    await commit(1)
    first = await ship()
    await commit(2)
    second = await ship()
    expect(await environmentOf('backend')).toMatchObject(settingsOf(2))
    await untilCold()
    const load = await production.load(100)
    const back = await production.finished((await production.rollback()).id)
    expect(back).toMatchObject({ release: first.release, finished: { outcome: 'live' } })
    expect(Object.keys(back.done).filter((step) => step.startsWith('run-job'))).toEqual([])
    expect(await environmentOf('backend')).toMatchObject(settingsOf(1))
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('restores them also where the containers of then are gone and the files moved on', async () => {
    await commit(3)
    await untilCold()
    const left = await docker.listContainers({
      all: true,
      filters: { label: [`towpath.deployment=${second.id}`, 'towpath.role=candidate'] },
    })
    expect(left).toHaveLength(2)
    for (const { Id } of left) await docker.getContainer(Id).remove({ force: true })
    const back = await production.finished((await production.rollback(second.release)).id)
    expect(back.finished?.outcome).toBe('live')
    expect(await environmentOf('backend')).toMatchObject(settingsOf(2))
  })
})

it('a release that a rollback made live is live: asked for again, nothing is done', async () => {
  const { live } = await production.state()
  const head = await ledgerHead(scene.server)
  const body = { release: live?.release, kind: 'deploy', reason: 'test' }
  const path = 'POST /v1/environments/production/deployments'
  const { status, body: said } = await askServer(scene.server, path, { as: 'dev', body })
  expect([status, said]).toEqual([
    200,
    expect.objectContaining({ alreadyLive: true, deployment: live?.deployment }),
  ])
  expect(await ledgerHead(scene.server)).toEqual(head)
})

describe('a release whose schema is', () => {
  it.each<SchemaImpact>(['unknown', 'contract'])(
    '%s asks for a second person before, and for a reason on the way back',
    async (schema) => {
      const before = (await production.state()).live?.release
      const { id, release } = await start({ schema })
      const waiting = await askServer(scene.server, `GET /v1/deployments/${id}`)
      expect(waiting.body).toMatchObject({ state: 'waiting' })
      expect(waiting.body['waitsFor']).toContain('1 approval')
      await scene.server.post(
        `/v1/releases/${release}/approvals`,
        { environment: 'production', reason: 'test' },
        'lead',
      )
      expect((await production.finished(id)).finished?.outcome).toBe('live')

      const held = await production.finished((await production.rollback()).id)
      expect(held.finished?.outcome).toBe('refused')
      const gate = held.gates?.results.find((result) => result.gate === 'schema-allows')
      expect(gate?.answer).toBe('fail')
      expect(gate?.why).toContain(`${release} (${schema})`)
      expect((await production.state()).live?.release).toBe(release)

      const accepted = await scene.server.post<Deployment>(
        '/v1/environments/production/rollback',
        { reason: 'test', acceptSchema: 'the old code ignores the new column' },
        'dev',
      )
      const back = await production.finished(accepted.id)
      expect(back).toMatchObject({ release: before, finished: { outcome: 'live' } })
      expect(back.schemaAccepted).toBe('dev: the old code ignores the new column')
    },
  )
})
