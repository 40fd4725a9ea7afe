import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatProblems } from './format-problems.ts'
import { parseConfig } from './parse-config.ts'

const MINIMAL = `version: 1
project: refactor
services:
  backend: {compose: rust-app, image: ghcr.io/acme/backend, health: {path: /health, port: 4000}}
environments:
  staging: {host: {folder: /srv/refactor}}
`

const read = (text: string): string => {
  const parsed = parseConfig({ path: 'towpath.yaml', text })
  return parsed.ok ? 'ok' : formatProblems(parsed.problems, text)
}

/** The minimal file with one piece of it exchanged. */
const minimalWith = (piece: string, other: string): string => {
  expect(MINIMAL).toContain(piece)
  return MINIMAL.replace(piece, other)
}

test('the smallest file is enough', () => {
  expect(read(MINIMAL)).toBe('ok')
})

test.each(['broken', 'not-yaml'])(
  '%s.yaml: every problem shows at once, with its place and a way out',
  async (name) => {
    const text = readFileSync(join(import.meta.dirname, 'golden', `${name}.yaml`), 'utf8')
    const shown = `${read(text)}\n`
    await expect(shown).toMatchFileSnapshot(`golden/${name}.txt`)
  },
)

test('no password of a file is in what is shown of it', () => {
  for (const name of ['broken', 'not-yaml']) {
    const text = readFileSync(join(import.meta.dirname, 'golden', `${name}.yaml`), 'utf8')
    expect(text).toContain('hunter2')
    expect(read(text)).not.toContain('hunter2')
  }
  const folded = `${MINIMAL}registries:\n  ghcr.io:\n    username: me\n    password: >\n      hunter2\n    nonsense: 1\n`
  expect(read(folded)).toContain('nonsense is no key here')
  expect(read(folded)).not.toContain('hunter2')
})

test('keys that start with x- are free, but a header is a header', () => {
  const free = MINIMAL.replace('project:', 'x-owner: {a: [1]}\nproject:')
    .replace('{compose:', '{x-team: payments, compose:')
    .replace('staging:', 'x-base: &base {keep: 2}\n  staging:')
  expect(read(free)).toBe('ok')
  const smoke = 'port: 4000}, smoke: [{path: /, headers: {x-canary: "1"}}]}'
  const parsed = parseConfig({ path: 'towpath.yaml', text: MINIMAL.replace('port: 4000}}', smoke) })
  const backend = parsed.ok ? parsed.config.file.services['backend'] : undefined
  expect(backend).toMatchObject({ smoke: [{ headers: { 'x-canary': '1' } }] })
})

test('an anchor under a free key serves any number of places, up to a bound', () => {
  const text = MINIMAL.replace(
    'environments:',
    'x-host: &host {folder: /srv/refactor}\nenvironments:',
  ).replace('{host: {folder: /srv/refactor}}', '{host: *host}')
  expect(text).toContain('*host')
  expect(read(text)).toBe('ok')
})

describe('one wrong value', () => {
  test.each([
    ['version: 1', 'version: "1"', 'version must be 1, the only version there is, but this is the text "1"'],
    [
      'project: refactor',
      'project: [a]',
      'project must be the name of a project in lower-case letters, digits and dashes, but this is a list',
    ],
    [
      'project: refactor\n',
      '',
      'project is missing: the name of a project in lower-case letters, digits and dashes',
    ],
    [
      'port: 4000',
      'port: 0',
      'services.backend.health.port must be a port from 1 to 65535, but this is the number 0',
    ],
    [
      'port: 4000',
      'port: 4000.5',
      'services.backend.health.port must be a port from 1 to 65535, but this is the number 4000.5',
    ],
    [
      'path: /health',
      'path: true',
      'services.backend.health.path must be a path that starts with /, such as /health, but this is the word true',
    ],
    ['port: 4000', 'port: 4000, within: 1ms', 'services.backend.health.within must be from 1s to 1h'],
    [
      'ghcr.io/acme/backend',
      'ghcr.io/acme/backend@sha256:00',
      'services.backend.image must be a repository without tag or digest',
    ],
    [
      'ghcr.io/acme/backend',
      'ghcr.io/acme/../x',
      'services.backend.image must be a repository without tag or digest',
    ],
    [
      'backend:',
      'Backend:',
      '"Backend" is not the name of a service in lower-case letters, digits and dashes',
    ],
    [
      'folder: /srv/refactor',
      'folder: /srv/../etc',
      'environments.staging.host.folder must be an absolute path on the host',
    ],
    [
      'folder: /srv/refactor',
      'folder: "/srv/{env}"',
      'environments.staging.host.folder must be an absolute path on the host',
    ],
    [
      '{host:',
      '{secrets: /etc/passwd, host:',
      'environments.staging.secrets must be a path inside the project',
    ],
    [
      '{host:',
      '{settings: [a, b/../../c], host:',
      'environments.staging.settings[2] must be a path inside the project',
    ],
    [
      '{host:',
      '{needs: {a: {}, b: {}}, host:',
      'environments.staging.needs names more or less than one environment',
    ],
    [
      '{host:',
      '{needs: {staging: {}}, host:',
      'environments.staging.needs.staging: staging needs staging: no release could ever go first',
    ],
    [
      '{host:',
      '{freeze: Fri, host:',
      'environments.staging.freeze must be a list of weekly windows, but this is the text "Fri"',
    ],
    [
      '{host:',
      '{approvals: -1, host:',
      'environments.staging.approvals must be a whole number from 0 to 10, but this is the number -1',
    ],
    ['environments:', 'defaults: {needs: {staging: {}}}\nenvironments:', 'defaults.needs is no key here'],
    [
      'environments:',
      'database: {url: "postgres://db/x?password=hunter2"}\nenvironments:',
      'database.url holds a password',
    ],
    [
      'environments:',
      'database: {url: mysql://db/x}\nenvironments:',
      'database.url must be secret:NAME, var:NAME or a postgres:// URL without a password, but this is something else',
    ],
  ])('%j as %j is answered in plain words', (piece, other, message) => {
    expect(read(minimalWith(piece, other))).toContain(`: ${message}`)
  })
})

test('a job may use a repository of its own, and a service that is named wrongly is not one', () => {
  const job = (image: string): string =>
    MINIMAL.replace('environments:', `  seed: {compose: seed, job: true, image: ${image}}\nenvironments:`)
  expect(read(job('backend'))).toBe('ok')
  expect(read(job('ghcr.io/acme/seed'))).toBe('ok')
  expect(read(job('backnd'))).toContain('services.seed.image: backnd is no service here')
  expect(read(job('backnd'))).toContain('did you mean backend?')
  expect(read(job('seed'))).toContain('services.seed.image: seed is no service here')
})

describe('hostile input gets an answer, not a fault', () => {
  const bomb = `x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n${'bcdefghi'
    .split('')
    .map((name, index) => `x-${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`)
    .join('\n')}\n`

  test.each([
    ['no text', '', 'the file is empty'],
    ['only a comment', '# nothing\n', 'the file is empty'],
    ['only a word', 'hello', 'the file must be a map with version, project'],
    ['a list', '- version: 1', 'the file must be a map with version, project'],
    [
      'a NUL',
      `version: 1\nproject: a\0b\n`,
      'towpath.yaml:2:11: the file holds the unprintable character U+0000',
    ],
    ['an escape sequence', 'version: 1 # \u001b[2J\n', 'unprintable character U+001B'],
    ['a direction override', 'version: 1 # \u202e\n', 'unprintable character U+202E'],
    ['too much text', `# ${'x'.repeat(300_000)}`, 'at most 262144 are read'],
    ['deep lists', '['.repeat(50_000), 'nested too deeply'],
    ['deep keys', '? '.repeat(50_000), 'nested too deeply'],
    [
      'deep maps on valid levels',
      Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'nested too deeply',
    ],
    ['many nodes', `x: [${'1,'.repeat(100_000)}]`, 'the file is too large'],
    [
      'an alias bomb',
      `${MINIMAL}environment: *i\n`.replace('project', `${bomb}project`),
      'the file is too large once its aliases are followed',
    ],
    ['an alias to itself', `${MINIMAL}a: &a [*a]`, 'nested too deeply'],
    ['an alias to nothing', `${MINIMAL}a: *nothing`, '*nothing points at no anchor'],
    [
      'a tag',
      MINIMAL.replace('refactor\n', '!!js/function "x"\n'),
      'tags (words that start with "!") are not used here',
    ],
    [
      'a merge key',
      MINIMAL.replace('staging: {', 'staging: {<<: {keep: 3}, '),
      'merge keys (<<) are not used here',
    ],
    [
      'a prototype',
      `${MINIMAL}__proto__: {polluted: true}\n`,
      '__proto__ is a reserved word and no key here',
    ],
    [
      'a constructor',
      MINIMAL.replace('backend:', 'constructor:'),
      'constructor is a reserved word and no key here',
    ],
    ['a map as key', `${MINIMAL}? {a: 1}\n: 2\n`, 'a key must be a plain word'],
    ['two documents', `${MINIMAL}---\nversion: 1\n`, 'more than one document'],
    ['a key twice', `${MINIMAL}version: 1\n`, 'version is written twice'],
    [
      'a key twice in another spelling',
      MINIMAL.replace('{host:', '{map: {ports: {80: 1, "80": 2}}, host:'),
      'map.ports.80 is written twice',
    ],
    ['a long name', `${MINIMAL}${'k'.repeat(1_000)}: 1\n`, `"${'k'.repeat(40)}..." is no key here`],
    ['a longer name', `${MINIMAL}? ${'k'.repeat(5_000)}\n: 1\n`, 'a key must be a plain word'],
    ['a long text', MINIMAL.replace('refactor\n', `${'p'.repeat(5_000)}\n`), 'longer than 4096 characters'],
  ])('%s', (_, text, message) => {
    expect(read(text)).toContain(message)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('a byte order mark is no mistake, and moves no column', () => {
    expect(read(`\uFEFF${MINIMAL}`)).toBe('ok')
    expect(read('\uFEFFversion: 2')).toContain('towpath.yaml:1:10: version must be 1')
  })

  test('Windows line ends are no mistake', () => {
    expect(read(MINIMAL.replaceAll('\n', '\r\n'))).toBe('ok')
  })

  test('a file of nothing but mistakes is answered with a bounded list', () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `key${index}: 1`).join('\n')
    const parsed = parseConfig({ path: 'towpath.yaml', text })
    expect(parsed.ok ? [] : parsed.problems).toHaveLength(100)
  })
})
