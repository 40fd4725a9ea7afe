import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import fc from 'fast-check'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

const team = join(import.meta.dirname, '../fixtures/team')
const golden = '../screen/golden'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'towpath-init-')), 'shop')
  await mkdir(folder)
})
afterEach(() => rm(dirname(folder), { recursive: true }))

const write = async (files: Record<string, string>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8')
const configOf = async () => parseConfig({ path: 'towpath.yaml', text: await read('towpath.yaml') })

const run = async (argv: string[], given: Partial<Parameters<typeof capturedShell>[0]> = {}) => {
  const shell = capturedShell({ folder, ...given, argv: ['init', ...argv] })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

describe('in a repository that says enough', () => {
  beforeEach(async () => {
    await cp(team, folder, { recursive: true })
    await write({ '.git/config': '[remote "origin"]\n\turl = git@github.com:Acme/shop.git\n' })
  })

  test('asks nothing but for the environments, says what it read and where, and writes what belongs together', async () => {
    const { exit, out } = await run(['--yes'])
    expect(exit).toBe(0)
    await expect(out).toMatchFileSnapshot(`${golden}/init-team.txt`)
    await expect(await read('towpath.yaml')).toMatchFileSnapshot(`${golden}/init-team.towpath.yaml`)
    await expect(await read('.github/workflows/towpath.yml')).toMatchFileSnapshot(
      `${golden}/init-team.workflow.yml`,
    )
  })

  test('writes files that check finds no mistake in', async () => {
    await run(['--yes'])
    expect((await configOf()).ok).toBe(true)
    const shell = capturedShell({ folder, argv: ['check', '--json'] })
    await runCommandLine(shell)
    const { checks } = JSON.parse(shell.out()) as { checks: { id: string; status: string }[] }
    expect(
      checks.filter(({ id, status }) => ['config', 'compose', 'settings'].includes(id) && status === 'fail'),
    ).toEqual([])
    expect(checks.find(({ id }) => id === 'single-instance')?.status).toBe('pass')
  })

  test('overwrites nothing: a second run shows what would differ, and writes nothing', async () => {
    await run(['--yes'])
    const mine = (await read('towpath.yaml')).replace('keep: 5', 'keep: 9')
    await write({ 'towpath.yaml': mine })
    await rm(join(folder, '.github/workflows/towpath.yml'))
    const { exit, out } = await run([])
    expect(exit).toBe(0)
    expect(out).toContain('nothing was written')
    expect(out).toContain('+  keep: 5')
    expect(out).toContain('not there: .github/workflows/towpath.yml')
    expect(await read('towpath.yaml')).toBe(mine)
    expect(existsSync(join(folder, '.github/workflows/towpath.yml'))).toBe(false)
  })

  test('a second run asks nothing that the first one was told', async () => {
    await run([
      '--environment',
      'live',
      '--folder',
      '/data/shop/{environment}',
      '--image',
      'web=registry.example/acme/web',
    ])
    const { exit, out } = await run([])
    expect(out).toContain('✔ good')
    expect(exit).toBe(0)
  })

  test('keeps a file that is there, and shows how it differs', async () => {
    await write({ 'env/production.env': 'MINE=1\n' })
    await write({
      'docker-compose.yaml': (await read('docker-compose.yaml')).replace(
        '${DATABASE_URL}',
        '${DATABASE_URL}?x=${DATABASE_OPTIONS}',
      ),
    })
    const { out } = await run(['--yes'])
    expect(await read('env/production.env')).toBe('MINE=1\n')
    expect(out).toMatch(/kept +env\/production\.env/)
  })

  test('writes through no link', async () => {
    await symlink('/nowhere/else', join(folder, 'towpath.schema.json'))
    const { out } = await run(['--yes'])
    expect(out).toMatch(/kept +towpath\.schema\.json/)
    expect(existsSync('/nowhere/else')).toBe(false)
  })
})

test('writes nothing at all where a folder is a link out of the repository', async () => {
  await cp(team, folder, { recursive: true })
  const outside = join(dirname(folder), 'outside')
  await mkdir(outside)
  await rm(join(folder, '.github'), { recursive: true })
  await symlink(outside, join(folder, '.github'))
  const { exit, err } = await run(['--yes'])
  expect(err).toContain('INIT_LEADS_OUTSIDE')
  expect(exit).toBe(2)
  expect(await readdir(outside)).toEqual([])
  expect(existsSync(join(folder, 'towpath.yaml'))).toBe(false)
})

describe('where nobody can be asked', () => {
  beforeEach(() =>
    write({ 'compose.yaml': 'services:\n  api:\n    image: ${IMAGE}\n    environment: {PORT: "${PORT}"}\n' }),
  )

  test('ends with the options that answer, and writes nothing', async () => {
    const { exit, err } = await run([])
    expect(exit).toBe(2)
    expect(err).toContain('ANSWER_NEEDED')
    expect(err).toContain('--image api=REPOSITORY --folder PATH --environment NAME')
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })

  test('takes marked defaults with --yes, and the document lists each', async () => {
    const { exit, out } = await run(['--yes', '--json'])
    expect(exit).toBe(0)
    const document = JSON.parse(out) as { written: string[]; toCheck: { says: string }[]; asked: string[] }
    expect(document.written).toEqual([
      'towpath.yaml',
      'towpath.schema.json',
      'env/shared.env',
      'env/staging.env',
      'env/production.env',
      'docs/runbooks/vulnerability-response.md',
    ])
    const checked = document.toCheck.map(({ says }) => says.split(':')[0])
    expect(checked).toEqual([...['image', 'path', 'port', 'host'], ...Array<string>(3).fill('- CHECK ME')])
    expect(document.asked).toHaveLength(3)
    expect(await read('towpath.yaml')).toContain('registry.invalid/shop/api # CHECK ME')
  })

  test('takes answers from the command line', async () => {
    await run(['--image', 'api=ghcr.io/acme/api', '--folder', '/srv/a', '--environment', 'production'])
    expect(await read('env/shared.env')).toContain('IMAGE=ghcr.io/acme/api\n')
    const parsed = await configOf()
    expect(parsed.ok ? parsed.config.file.defaults.host.folder : '').toBe('/srv/a')
  })

  test.each([
    ['--image', 'api'],
    ['--image', 'api='],
    ['--image', 'api=ghcr.io/acme/api:1.2'],
    ['--environment', 'Prod!'],
    ['--folder', 'srv/shop'],
  ])('refuses %s %s', async (option, text) => {
    const { exit } = await run(['--yes', option, text])
    expect(exit).toBe(2)
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })
})

test('on a terminal asks at most four things, and takes what it offers where nobody says more', async () => {
  const services = ['a', 'b', 'c', 'd', 'e'].map(
    (name) => `  ${name}:\n    image: \${${name.toUpperCase()}}\n`,
  )
  await write({ 'compose.yaml': `services:\n${services.join('')}` })
  const shell = capturedShell({ folder, argv: ['init'], tty: { columns: 90 }, env: { NO_COLOR: '1' } })
  const ending = runCommandLine(shell)
  for (const name of ['a', 'b', 'c', 'd']) {
    await vi.waitFor(() => expect(shell.err()).toContain(`images of ${name}`), 10_000)
    ;(shell.stdin as PassThrough).write('\r')
  }
  expect(await ending).toBe(0)
  expect(shell.err()).not.toContain('images of e')
  expect(shell.err()).toMatch(/takes traffic.* compose\.yaml:2/)
  expect(await read('towpath.yaml')).toContain('registry.invalid/shop/e')
})

test.each([
  ['no compose file', {}],
  ['only other people’s services', { 'compose.yaml': 'services:\n  db:\n    image: postgres:17\n' }],
])('has nothing to ship where there is %s', async (_what, files) => {
  await write(files)
  const { exit, err } = await run(['--yes'])
  expect(err).toContain('NOTHING_TO_SHIP')
  expect(exit).toBe(2)
})

describe('what init writes', () => {
  let repository: Record<string, string> = {}

  const mistakesIn = async (argv: string[] = []): Promise<string[]> => {
    await rm(folder, { recursive: true })
    await mkdir(folder)
    await write(repository)
    const { exit, err } = await run(['--yes', ...argv])
    if (exit !== 0) return [`init ended with ${exit}: ${err}`]
    const shell = capturedShell({ folder, argv: ['check', '--json'] })
    await runCommandLine(shell)
    const { checks } = JSON.parse(shell.out()) as { checks: Check[] }
    return checks.flatMap(({ id, status, file, line, message }) =>
      status === 'fail' && ['config', 'compose', 'settings'].includes(id)
        ? [`${id} ${file}:${line} ${message}`]
        : [],
    )
  }
  const value = fc.constantFrom('8080', 'two words', "it's", 'a#b', '"quoted"', "'$raw'", 'x=1', '')
  const shipped = fc.record({
    image: fc.constantFrom('image: ${API_IMAGE}', 'image: acme/api', 'image: api:1.2', 'build: ./api'),
    environment: fc.constantFrom(
      '{}',
      '{DATABASE_URL: "${DATABASE_URL}", A: "${A}"}',
      '{URL: "${POSTGRES_URL}", PORT: "${PORT:-80}", A: "${A:-x}"}',
    ),
    ports: fc.constantFrom('[]', '["80:80"]', '["${PORT:-8080}:80"]', '["127.0.0.1:8080:80"]'),
    more: fc.constantFrom('', 'container_name: fixed', 'profiles: [tools]', 'command: [migrate]'),
  })
  const proxy = fc.constantFrom(
    '',
    '["80:80", "443:443"]',
    '["8080:80", "80:81", "7080:82"]',
    '["65000:80", "65535:81"]',
  )

  test('is taken by check, whatever the repository is like', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          services: fc.array(shipped, { minLength: 1, maxLength: 3 }),
          proxy,
          dotenv: fc.option(fc.record({ A: value, DATABASE_URL: value, POSTGRES_URL: value }), { nil: null }),
        }),
        async ({ services, proxy: ports, dotenv }) => {
          const rows = services.flatMap(({ image, environment, ports: own, more }, at) => [
            `  s${at}:`,
            `    ${image}`,
            `    environment: ${environment}`,
            `    ports: ${own}`,
            ...(more === '' ? [] : [`    ${more.replace('fixed', `fixed-${at}`)}`]),
          ])
          const beside = ports === '' ? [] : ['  proxy:', '    image: nginx:1.29.3', `    ports: ${ports}`]
          repository = {
            'compose.yaml': ['services:', '  own:', '    image: x', ...rows, ...beside, ''].join('\n'),
            ...(dotenv === null
              ? {}
              : {
                  '.env': Object.entries(dotenv)
                    .map(([name, text]) => `${name}=${text}\n`)
                    .join(''),
                }),
          }
          expect(await mistakesIn()).toEqual([])
        },
      ),
      { numRuns: 25 },
    )
  })

  test('takes over from .env what compose takes by itself, secrets left out', async () => {
    repository = {
      'compose.yaml':
        'services:\n  api:\n    image: ghcr.io/acme/api:1.2\n    ports: ["${HOST_PORT}:80"]\n    environment: {KEY: "${API_KEY}", NAME: "${NAME:-x}", OTHER: "y"}\n',
      '.env': "HOST_PORT=8080\nAPI_KEY=hush\nNAME='a b'\nUNUSED=1\n",
    }
    expect(await mistakesIn()).toEqual([])
    const shared = await read('env/shared.env')
    expect(shared).toContain("HOST_PORT=8080\nNAME='a b'\n")
    expect(shared).not.toMatch(/hush|UNUSED/)
    expect(await read('towpath.yaml')).toContain('secrets:')
  })

  test('gives two services that want one host port beside the others a port each', async () => {
    repository = {
      'compose.yaml':
        'services:\n  api:\n    image: ghcr.io/acme/api:1.2\n  one:\n    image: nginx:1.29.3\n    ports: ["80:80"]\n  two:\n    image: nginx:1.29.3\n    ports: ["7080:80", "8080:81", "80:82"]\n',
    }
    expect(await mistakesIn()).toEqual([])
    expect(await read('towpath.yaml')).toContain('ports: {80: 8081, 7080: 8082, 8080: 9080}')
  })

  test('names an environment once that is given twice', async () => {
    repository = { 'compose.yaml': 'services:\n  api:\n    image: ghcr.io/acme/api:1.2\n' }
    expect(await mistakesIn(['--environment', 'live', '--environment', 'live'])).toEqual([])
    expect((await read('towpath.yaml')).match(/^ {2}live:/gm)).toHaveLength(1)
  })

  test('logs in at Docker Hub with an account of the team', async () => {
    repository = {
      'compose.yaml': 'services:\n  api:\n    image: acme/api:1.2\n    build: .\n',
      Dockerfile: 'FROM debian:trixie\nCMD ["/a"]\n',
    }
    expect(await mistakesIn()).toEqual([])
    const workflow = await read('.github/workflows/towpath.yml')
    expect(workflow).toContain('skopeo login docker.io --username "$REGISTRY_USER"')
    expect(workflow).toContain('"docker://docker.io/acme/api:$GITHUB_SHA"')
  })
})

test('refuses an image of a service that is not there, and names the near one', async () => {
  await write({ 'compose.yaml': 'services:\n  api:\n    image: ghcr.io/acme/api:1.2\n' })
  const { exit, err } = await run(['--yes', '--image', 'apj=ghcr.io/acme/api'])
  expect(err).toContain('did you mean api?')
  expect(exit).toBe(2)
  expect(await readdir(folder)).toEqual(['compose.yaml'])
})
