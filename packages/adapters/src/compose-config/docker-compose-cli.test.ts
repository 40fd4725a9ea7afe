import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCompose } from '@towpath/domain/project/read-compose.ts'
import type { ComposeRequest } from '@towpath/domain/project/read-compose.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findComposeCli, readCanonical, readComposeFiles } from './docker-compose-cli.ts'

const text = `
services:
  web:
    image: registry.test/web:\${VERSION:-1}
    command: serve --price $$5
    env_file: app.env
    environment: [B=2]
    ports: ["127.0.0.1:8080:80"]
    volumes: ["./conf:/conf:ro", "data:/data"]
    depends_on: [db]
    healthcheck: {test: "curl localhost", interval: 90s}
    stop_grace_period: 20s
    deploy: {resources: {limits: {cpus: "0.5", memory: 64m}}}
    extra_hosts: ["a:1.2.3.4"]
  db:
    image: registry.test/db:1
    container_name: \${NAME}
    tmpfs: /run
volumes: {data: }
`
/** What `docker compose config --format json` prints for it, by the specification; STAGE is the folder it ran in. */
const canonical = {
  name: 'shop',
  networks: { default: { name: 'shop_default', ipam: {} } },
  services: {
    db: {
      command: null,
      container_name: 'the-db',
      entrypoint: null,
      image: 'registry.test/db:1',
      networks: { default: null },
      tmpfs: ['/run'],
    },
    web: {
      command: ['serve', '--price', '$$5'],
      depends_on: { db: { condition: 'service_started', required: true } },
      deploy: { resources: { limits: { cpus: 0.5, memory: '67108864' } }, placement: {} },
      entrypoint: null,
      environment: { A: '1', B: '2' },
      extra_hosts: ['a=1.2.3.4'],
      healthcheck: { test: ['CMD-SHELL', 'curl localhost'], interval: '1m30s' },
      image: 'registry.test/web:7',
      networks: { default: null },
      ports: [{ mode: 'ingress', host_ip: '127.0.0.1', target: 80, published: '8080', protocol: 'tcp' }],
      stop_grace_period: '20s',
      volumes: [
        {
          type: 'bind',
          source: 'STAGE/conf',
          target: '/conf',
          read_only: true,
          bind: { create_host_path: true },
        },
        { type: 'volume', source: 'data', target: '/data', volume: {} },
      ],
    },
  },
  volumes: { data: { name: 'shop_data' } },
}

const request: ComposeRequest = {
  files: [{ path: 'compose.yaml', text }],
  variables: new Map([
    ['VERSION', '7'],
    ['NAME', 'the-db'],
    ['QUOTED', 'a"b$c\\d\ne'],
    ['COMPOSE_PROFILES', 'all'],
  ]),
  envFile: (path) => (path === 'app.env' ? 'A=1\nB=1\n' : null),
  projectName: 'shop',
  projectFolder: '/srv/shop',
  pathMap: { './conf': '/srv/staging-conf' },
}

function ownReading(): ReturnType<typeof readCompose> & { ok: true } {
  const own = readCompose(request)
  if (!own.ok) throw new Error(JSON.stringify(own.problems))
  return own
}

test('what Compose prints becomes the same model as our own reading', () => {
  const printed = JSON.stringify(canonical, null, 2).replaceAll('STAGE', '/tmp/stage')
  const own = ownReading()
  const read = readCanonical({ text: printed }, { stage: '/tmp/stage', request, own })
  expect(read).toMatchObject({
    ok: true,
    model: { services: { web: { mounts: [{ source: '/srv/staging-conf' }, {}] } } },
  })
  expect(read.ok && read.model).toEqual(own.model)
})

describe('where Compose is installed', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-compose-cli-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** A recorded Compose: answers the version, and prints the canonical form with its own folder filled in. */
  async function recorded(script: string): Promise<void> {
    const path = join(folder, 'docker')
    await writeFile(path, `#!/bin/sh\n[ "$2" = version ] && { echo 2.29.7; exit 0; }\n${script}\n`)
    await writeFile(join(folder, 'canonical.json'), JSON.stringify(canonical))
    await chmod(path, 0o755)
  }

  test('it is run beside copies of the files, with no environment of ours, and leaves nothing behind', async () => {
    await recorded(`PATH=/usr/bin:/bin
env > ${folder}/env; cat "$7" > ${folder}/variables; cat compose.yaml app.env > ${folder}/files; pwd > ${folder}/stage; echo "$@" > ${folder}/arguments
sed "s|STAGE|$PWD|g" ${folder}/canonical.json`)
    process.env['TOWPATH_TEST_LEAK'] = 'leaked'
    const cli = await findComposeCli(`/nowhere:${folder}`)
    expect(cli).toEqual({ binary: join(folder, 'docker'), version: '2.29.7' })
    const read = await readComposeFiles(request, cli)
    delete process.env['TOWPATH_TEST_LEAK']
    expect(read.ok && read.model).toEqual(ownReading().model)
    const recordedFile = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
    expect(await recordedFile('env')).not.toMatch(/leaked|HOME=|DOCKER/)
    expect(await recordedFile('variables')).toBe('VERSION="7"\nNAME="the-db"\nQUOTED="a\\"b\\$c\\\\d\\ne"\n')
    expect(await recordedFile('files')).toBe(`${text}A=1\nB=1\n`)
    expect(await recordedFile('arguments')).toMatch(
      /--project-name shop --env-file \S+ --file \S+\/compose.yaml config --format json/,
    )
    await expect(readFile(join((await recordedFile('stage')).trim(), 'compose.yaml'))).rejects.toThrow(
      'ENOENT',
    )
  })

  test('what it refuses is told in its words', async () => {
    await recorded('echo "services.web Additional property" >&2; exit 15')
    const read = await readComposeFiles(request, await findComposeCli(folder))
    expect(read.ok ? [] : read.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/Docker Compose 2.29.7 refuses.*/),
    ])
  })

  test('it is not run on files that ours refuses, such as those that reach outside the project', async () => {
    await recorded(`touch ${folder}/ran`)
    const hostile = {
      ...request,
      files: [{ path: 'compose.yaml', text: 'services: {web: {image: a, env_file: /etc/shadow}}' }],
    }
    const read = await readComposeFiles(hostile, await findComposeCli(folder))
    expect(read.ok).toBe(false)
    await expect(readFile(join(folder, 'ran'))).rejects.toThrow('ENOENT')
  })

  test.each(['exit 1', 'echo 1.29.2', 'echo nonsense'])(
    'a docker that answers "%s" has no Compose we can use',
    async (script) => {
      await writeFile(join(folder, 'docker'), `#!/bin/sh\n${script}\n`)
      await chmod(join(folder, 'docker'), 0o755)
      expect(await findComposeCli(folder)).toBeNull()
    },
  )

  test('without any docker our own reader answers', async () => {
    const cli = await findComposeCli(folder)
    expect(cli).toBeNull()
    expect(await readComposeFiles(request, cli)).toEqual(ownReading())
  })
})

test('on this machine both readers agree, whether Compose is here or not', async () => {
  const read = await readComposeFiles(request, await findComposeCli())
  expect(read.ok && read.model).toEqual(ownReading().model)
})
