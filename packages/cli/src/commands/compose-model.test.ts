import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-compose-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const run = async (argv: string[], env: Record<string, string> = {}) => {
  const shell = capturedShell({ argv: ['compose', 'model', ...argv], folder, env })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

const documentOf = async (argv: string[], env?: Record<string, string>) =>
  JSON.parse((await run([...argv, '--json'], env)).out) as Record<string, unknown>

describe('compose model --json', () => {
  test('is one document in the names of docker compose config', async () => {
    await write({
      'app/compose.yaml': `
name: shop
services:
  web: {image: "nginx:\${TAG}", ports: ["8080:80"], volumes: ["./conf:/conf:ro", "../up:/up", "~/h:/h"]}
  tool: {image: t, profiles: [dev]}
volumes: {unused: }
`,
      'prod.env': 'TAG=1.27\n',
    })
    const document = await documentOf(['app/compose.yaml', '--env-file', 'prod.env'])
    const mount = (source: string, target: string) => ({ type: 'bind', source, target, bind: {} })
    expect(document).toEqual({
      ok: true,
      name: 'shop',
      services: {
        web: {
          command: null,
          entrypoint: null,
          image: 'nginx:1.27',
          networks: { default: null },
          ports: [{ mode: 'ingress', target: 80, published: '8080', protocol: 'tcp' }],
          volumes: [
            { ...mount(join(folder, 'app/conf'), '/conf'), read_only: true },
            mount(join(folder, 'up'), '/up'),
            mount(join(homedir(), 'h'), '/h'),
          ],
        },
      },
      networks: { default: { name: 'shop_default', ipam: {} } },
      volumes: { unused: { name: 'shop_unused' } },
      towpath: { inactive: ['tool'], profiles: ['dev'], warnings: [], unshippable: [] },
      next: [],
    })
  })

  test('shows what Towpath cannot ship, and says so by name', async () => {
    await write({ 'compose.yaml': 'services: {web: {image: a, gpus: all}}' })
    expect(await documentOf(['compose.yaml'])).toMatchObject({
      ok: true,
      services: { web: { gpus: [{ count: -1 }] } },
      towpath: {
        unshippable: [{ file: 'compose.yaml', line: 1, message: 'gpus of service web cannot be honoured' }],
      },
    })
  })

  test('tells every problem at once, with its place, and exits with 2', async () => {
    await write({
      'compose.yaml': 'services: {web: {image: a, prts: [1], mem_limit: 1q, env_file: none.env}}',
    })
    const { exit, out } = await run(['compose.yaml', '--json'])
    expect(exit).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      error: { code: 'COMPOSE_HAS_PROBLEMS' },
      problems: [
        { file: 'compose.yaml', line: 1, col: 28, hint: 'Did you mean "ports"?' },
        { file: 'compose.yaml', line: 1, message: '"1q" is not a size such as 512m' },
        { file: 'compose.yaml', line: 1, message: 'the environment file none.env does not exist' },
      ],
    })
  })
})

test('a refusal names the variables that are not set, which often is why', async () => {
  await write({ 'compose.yaml': 'services: {web: {image: a, volumes: ["$DATA:/data"]}}' })
  const { exit, out } = await run(['compose.yaml'])
  expect(exit).toBe(2)
  expect(out).toContain('compose.yaml:1:38: ":/data" is not a mount')
  expect(out).toContain('▲ compose.yaml:1:38 the variable DATA is not set; it becomes empty')
})

describe('variables', () => {
  const compose = 'services: {web: {image: "a:${TAG:-none}"}}'
  const imageOf = async (argv: string[], env?: Record<string, string>) =>
    (await documentOf(['compose.yaml', ...argv], env))['services']

  test('come from the .env beside the file, unless files are named', async () => {
    await write({
      'compose.yaml': compose,
      '.env': 'TAG=dot',
      'one.env': 'TAG=one',
      'two.env': 'TAG=$TAG-two',
    })
    expect(await imageOf([])).toMatchObject({ web: { image: 'a:dot' } })
    expect(await imageOf(['--env-file', 'one.env', '--env-file', 'two.env'])).toMatchObject({
      web: { image: 'a:one-two' },
    })
  })

  test('of the shell are taken only when asked for, and then win', async () => {
    await write({ 'compose.yaml': compose, '.env': 'TAG=dot' })
    expect(await imageOf([], { TAG: 'shell' })).toMatchObject({ web: { image: 'a:dot' } })
    expect(await imageOf(['--shell-env'], { TAG: 'shell' })).toMatchObject({ web: { image: 'a:shell' } })
  })

  test('that stand wrong in a file are told with its line', async () => {
    await write({ 'compose.yaml': compose, 'bad.env': 'A=1\nB="open\n' })
    const { exit, out } = await run(['compose.yaml', '--env-file', 'bad.env'])
    expect(exit).toBe(2)
    expect(out).toContain('bad.env:2:1')
  })
})

test('a name and profiles may be given, and a folder where paths start', async () => {
  await write({ 'a/compose.yaml': 'services: {web: {image: a, profiles: [x], volumes: ["./v:/v"]}}' })
  const given = ['-p', 'own', '--profile', 'x', '--project-directory', 'elsewhere']
  expect(await documentOf(['a/compose.yaml', ...given])).toMatchObject({
    name: 'own',
    services: { web: { volumes: [{ source: join(folder, 'elsewhere/v') }] } },
  })
  const sideways = await documentOf([`../${folder.split('/').at(-1) ?? ''}/a/compose.yaml`, '--profile', '*'])
  expect(sideways).toMatchObject({
    name: 'a',
    services: { web: { volumes: [{ source: join(folder, 'a/v') }] } },
  })
})

test('people read it like a file, with what is off and what is strange below', async () => {
  await write({
    'compose.yaml':
      'name: shop\nservices:\n  web: {image: a, command: a && b, environment: {A: , B: "x y"}}\n  off: {image: b, profiles: [p]}\n',
  })
  const { exit, out } = await run(['compose.yaml'])
  expect(exit).toBe(0)
  expect(out).toBe(`name: shop
services:
  web:
    command: [a]
    environment:
      A: null
      B: "x y"
    image: a
    networks:
      default: null
networks:
  default:
    name: shop_default
    ipam: {}
profiles off: off
▲ compose.yaml:3:28 the command is not run by a shell: "&& b" and what follows is dropped  Write it as a list: [sh, -c, "…"].
`)
})

test.each([['none.yaml'], ['.'], ['compose.yaml/x'], [`${'x'.repeat(300)}.yaml`]])(
  '%s is no file, and that is said',
  async (path) => {
    await write({ 'compose.yaml': 'services: {a: {image: a}}' })
    const { exit, out } = await run([path, '--json'])
    expect({ exit, ...JSON.parse(out) }).toMatchObject({
      exit: 2,
      ok: false,
      error: { code: 'COMPOSE_FILE_MISSING' },
    })
  },
)

test('control characters of a file never reach the terminal', async () => {
  await write({ 'compose.yaml': 'services: {a: {image: a, labels: {"x\\e[2J": "\\u202ey\\e[0m"}}}' })
  const { out } = await run(['compose.yaml'])
  expect(out).toMatch(/labels/)
  for (const hidden of ['\u001b', '\u202e']) expect(out).not.toContain(hidden)
})
