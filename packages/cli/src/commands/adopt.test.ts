import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockOf } from '../audit/testing/audit-folder.ts'
import { scriptedServer } from '../connection/scripted-server.ts'
import type { ScriptedServer } from '../connection/scripted-server.ts'
import { documentsOf, everyday, shellAt, story, storyId } from '../connection/scripted-story.ts'
import { runCommandLine } from '../run.ts'

const example = join(import.meta.dirname, '../../../../examples/refactor')
const nginxFile = 'nginx/conf.d/refactor.conf'

const adoption = {
  ...{ dryRun: true, environment: 'production', release: '1.0.0', composeProject: 'shop', edge: 'the-edge' },
  ...{ edgePorts: [], notes: [], imports: [{ version: '0.9.0', schema: 'unknown' }] },
  drift: ['backend (shop_rust-app_1): restart is no, the files say always'],
  services: [
    {
      ...{ service: 'backend', container: 'shop_rust-app_1', image: 'r.test/backend:1.0.0', port: 4000 },
      ...{ digest: 'r.test/backend@sha256:12', configHash: null, names: ['rust-app'], environment: {} },
    },
  ],
}
const ejection = {
  ...{ dryRun: true, environment: 'production', release: '1.1.0', composeProject: 'shop', edge: 'the-edge' },
  ...{ composeFiles: ['docker-compose.yaml'], folder: '/srv/shop', before: null, done: [] as string[] },
  services: [
    {
      ...{ service: 'backend', compose: 'rust-app', port: 4000, image: 'r.test/backend@sha256:12' },
      ...{ isAdopted: false, behind: [{ name: 'shop_rust-app_1', alias: 'abc123abc123' }] },
    },
  ],
}

let folder: string
let server: ScriptedServer
let ejected: typeof ejection
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-adopt-'))
  await cp(example, folder, { recursive: true })
  ejected = ejection
  server = await scriptedServer({
    ...everyday(story('live')),
    'POST /v1/environments/production/adoption': ({ body }) =>
      (body as { dryRun: boolean }).dryRun
        ? { body: adoption }
        : { status: 202, body: { id: storyId, environment: 'production', release: '1.0.0', waitsFor: null } },
    'POST /v1/environments/production/ejection': ({ body }) =>
      (body as { dryRun: boolean }).dryRun
        ? { body: ejected }
        : { body: { ...ejected, dryRun: false, done: ['the edge the-edge is gone'] } },
  })
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const run = async (...argv: string[]) => {
  const shell = shellAt({ url: server.url, folder }, { argv, env: { USER: 'alice' } })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err(), shell }
}
const asked = (what: string) =>
  server.seen
    .filter(({ path }) => path.endsWith(what))
    .map(({ body }) => (body as { dryRun: boolean }).dryRun)

describe('adopt', () => {
  test('looks, tells drift and the line of nginx to change, and records nothing in a dry run', async () => {
    const { exit, out } = await run('adopt', 'production', '--dry-run', '--import')
    expect(exit).toBe(0)
    expect(out).toContain('shop as release 1.0.0 on production')
    expect(out).toContain('restart is no, the files say always')
    expect(out).toMatch(/nginx\/conf\.d\/refactor\.conf:\d+ {2}rust-app:4000 {2}-> {2}the-edge:4000/)
    expect(out).toContain('0.9.0, from the registry: nobody said that its schema is safe')
    expect(asked('/adoption')).toEqual([true])
  })

  test('looks first, adopts and follows to the end once somebody said yes', async () => {
    const { exit, out } = await run('adopt', 'production', '--yes')
    expect(exit).toBe(0)
    expect(asked('/adoption')).toEqual([true, false])
    expect(out).toContain('the-edge:4000')
    expect(server.seen.some(({ path }) => path.startsWith('/v1/stream'))).toBe(true)
  })

  test('draws the line of what is old where there is none, and moves none that is there', async () => {
    await writeFile(join(folder, 'Cargo.lock'), lockOf({ app: null, rsa: '0.9.8' }))
    const drawn = await run('adopt', 'production', '--yes')
    expect(drawn.out).toMatch(/drew a line {2}1 finding known today, in \.towpath\/baseline\.yaml/)
    const baseline = join(folder, '.towpath/baseline.yaml')
    expect(await readFile(baseline, 'utf8')).toContain('RUSTSEC-2023-0071')
    await writeFile(baseline, 'baseline: []\n')
    const again = await run('adopt', 'production', '--yes')
    expect(again.exit).toBe(0)
    expect(await readFile(baseline, 'utf8')).toBe('baseline: []\n')
  })

  test('changes nothing where nobody can be asked', async () => {
    const { exit, err } = await run('adopt', 'production')
    expect(exit).toBe(2)
    expect(err).toContain('CONFIRMATION_NEEDED')
    expect(asked('/adoption')).toEqual([true])
  })

  test('does not begin beside somebody else who acts on the containers, unless that is accepted', async () => {
    await mkdir(join(folder, 'deploy'))
    await writeFile(
      join(folder, 'deploy/shop.service'),
      '[Service]\nExecStart=/usr/bin/docker compose up -d\n[Install]\nWantedBy=multi-user.target\n',
    )
    const refused = await run('adopt', 'production', '--yes')
    expect(refused.err).toContain('ADOPT_SECOND_OPERATOR')
    expect(refused.err).toContain('deploy/shop.service:2')
    expect(asked('/adoption')).toEqual([])
    const { exit } = await run('adopt', 'production', '--dry-run', '--accept', 'second-operator')
    expect(exit).toBe(0)
  })
})

describe('eject', () => {
  test('writes scripts that can be run, and asks the server for nothing but a look, in a dry run', async () => {
    const { exit, shell } = await run('eject', 'production', '--dry-run', '--json')
    expect(exit).toBe(0)
    expect(documentsOf(shell)[0]).toMatchObject({
      files: ['towpath-eject/release.yaml', 'towpath-eject/start.sh'],
    })
    expect((await stat(join(folder, 'towpath-eject/start.sh'))).mode & 0o111).not.toBe(0)
    expect(asked('/ejection')).toEqual([true])
  })

  test('tells which line of nginx leads past the edge', async () => {
    const text = await readFile(join(folder, nginxFile), 'utf8')
    await writeFile(join(folder, nginxFile), text.replace('server rust-app:4000', 'server the-edge:4000'))
    const { out } = await run('eject', 'production', '--dry-run')
    expect(out).toMatch(/refactor\.conf:\d+ {2}the-edge:4000 {2}-> {2}abc123abc123:4000/)
  })

  test('takes nothing away while nobody else could serve, and says what to start', async () => {
    ejected = { ...ejection, services: ejection.services.map((one) => ({ ...one, behind: [] })) }
    const { exit, err, out } = await run('eject', 'production', '--yes')
    expect(exit).toBe(1)
    expect(`${out}${err}`).toContain('start.sh')
    expect(asked('/ejection')).toEqual([true])
    expect(await readdir(join(folder, 'towpath-eject'))).toContain('start.sh')
  })

  test('gives back once somebody said yes', async () => {
    const { exit, out } = await run('eject', 'production', '--yes')
    expect(exit).toBe(0)
    expect(out).toContain('the edge the-edge is gone')
    expect(asked('/ejection')).toEqual([true, false])
  })
})
