import { noEvidencePolicy } from '../evidence/evidence-policy.ts'
import { defaultBudget } from '../verdict/budget.ts'
import { describe, expect, test } from 'vitest'
import { TowpathError } from '../error/towpath-error.ts'
import { parseConfig } from './parse-config.ts'
import type { TowpathConfig } from './parse-config.ts'
import { environmentNames, filesOf, resolveConfig } from './resolve-config.ts'
import { secretPlaceholder } from './secret-placeholder.ts'

const parse = (text: string): TowpathConfig => {
  const parsed = parseConfig({ path: 'towpath.yaml', text })
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return parsed.config
}

const CONFIG = parse(`version: 1
project: refactor
compose: [docker-compose.yaml, docker-compose.prod.yaml]
profiles: [jobs]
services:
  backend:
    compose: rust-app
    image: ghcr.io/acme/backend
    health: {path: /health, port: 4000, within: 1m30s, status: 204}
    smoke: [/items, {path: /, method: HEAD, status: 301, contains: hi, headers: {x-a: b}, timeout: 1s}]
  migrator: {compose: migrator, job: true, image: backend, within: 2m, migrates: true}
  seed: {compose: seed, job: true, image: ghcr.io/acme/seed}
database: {url: secret:DATABASE_URL, backup: {job: seed}}
registries: {"127.0.0.1:5000": {username: var:REGISTRY_USER, password: secret:REGISTRY_TOKEN}}
defaults:
  settings: [env/shared.env, "env/{environment}.env"]
  secrets: secrets/{environment}.env.age
  strategy: {drain: 5s, bake: 30s}
  freeze: ["Sat 00:00-Sun 00:00 UTC"]
  map: {ports: {80: 8080}}
environments:
  staging:
    host: {folder: "/srv/{environment}"}
    freeze: []
    strategy: {bake: 10s}
    map: {paths: {./nginx: "./nginx-{environment}", /etc/ssl: /srv/ssl}, ports: {443: 8443}, names: staging-, domains: {example.com: staging.example.com}}
  production:
    host: {folder: var:FOLDER, docker: unix:///run/docker.sock, disk_free: 512MiB}
    domain: var:DOMAIN
    settings: env/production.env
    approvals: 2
    needs: {staging: {baked: 10m}}
    keep: 9
`)

const SETTINGS = new Map([
  ['REGISTRY_USER', 'me'],
  ['FOLDER', '/opt/refactor'],
  ['DOMAIN', 'example.com'],
])

test('an environment is what it says, over the defaults, over what is built in', () => {
  const staging = resolveConfig(CONFIG, 'staging', SETTINGS)
  expect(staging.strategy).toMatchObject({
    ...{ type: 'blue-green', drainMs: 5_000, bakeMs: 10_000, warmMs: 600_000 },
    verdict: defaultBudget,
  })
  expect(staging.policy.freeze).toEqual([])
  expect(staging.keep).toBe(5)
  expect(resolveConfig(CONFIG, 'production', SETTINGS).strategy.bakeMs).toBe(30_000)
  expect(resolveConfig(CONFIG, 'production', SETTINGS).keep).toBe(9)
})

test('maps merge by key, lists replace', () => {
  expect(resolveConfig(CONFIG, 'staging', SETTINGS).map).toEqual({
    paths: { './nginx': '/srv/staging/nginx-staging', '/etc/ssl': '/srv/ssl' },
    ports: { '80': 8080, '443': 8443 },
    names: 'staging-',
    domains: { 'example.com': 'staging.example.com' },
  })
  expect(resolveConfig(CONFIG, 'production', SETTINGS).settingsFiles).toEqual(['env/production.env'])
})

test('services and jobs come in the order of the file, with every duration in milliseconds', () => {
  const { services, jobs } = resolveConfig(CONFIG, 'staging', SETTINGS)
  expect(services).toEqual([
    {
      name: 'backend',
      compose: 'rust-app',
      image: 'ghcr.io/acme/backend',
      port: 4000,
      single: false,
      connections: null,
      health: {
        path: '/health',
        withinMs: 90_000,
        intervalMs: 500,
        timeoutMs: 2_000,
        statusMin: 204,
        statusMax: 204,
      },
      smoke: [
        { method: 'GET', path: '/items', headers: {}, status: 200, contains: null, timeoutMs: 5_000 },
        { method: 'HEAD', path: '/', headers: { 'x-a': 'b' }, status: 301, contains: 'hi', timeoutMs: 1_000 },
      ],
    },
  ])
  expect(jobs).toEqual([
    {
      name: 'migrator',
      compose: 'migrator',
      image: { service: 'backend' },
      withinMs: 120_000,
      migrates: true,
    },
    {
      name: 'seed',
      compose: 'seed',
      image: { repository: 'ghcr.io/acme/seed' },
      withinMs: 600_000,
      migrates: false,
    },
  ])
})

test('secrets stay placeholders, settings become values, paths know their environment', () => {
  const production = resolveConfig(CONFIG, 'production', SETTINGS)
  expect(production.database).toMatchObject({
    url: secretPlaceholder('DATABASE_URL'),
    backup: { job: 'seed' },
  })
  expect(production.registries).toEqual({
    '127.0.0.1:5000': { username: 'me', password: secretPlaceholder('REGISTRY_TOKEN') },
  })
  expect(production.host).toEqual({
    docker: 'unix:///run/docker.sock',
    folder: '/opt/refactor',
    diskFreeMinBytes: 536_870_912,
  })
  expect(production.domain).toBe('example.com')
  expect(production.secretsFile).toBe('secrets/production.env.age')
})

test('what a commit asks of its environment is the policy of the file', () => {
  expect(resolveConfig(CONFIG, 'production', SETTINGS).policy).toEqual({
    approvals: 2,
    needs: { environment: 'staging', bakedMs: 600_000 },
    freeze: [
      { fromDay: 6, fromMinute: 0, toDay: 7, toMinute: 0, zone: 'UTC', text: 'Sat 00:00-Sun 00:00 UTC' },
    ],
    hosts: ['unix:///run/docker.sock'],
    evidence: noEvidencePolicy,
  })
})

test('the files to read first are known without any setting', () => {
  expect(filesOf(CONFIG, 'staging')).toEqual({
    composeFiles: ['docker-compose.yaml', 'docker-compose.prod.yaml'],
    settingsFiles: ['env/shared.env', 'env/staging.env'],
    secretsFile: 'secrets/staging.env.age',
  })
  expect(environmentNames(CONFIG)).toEqual(['staging', 'production'])
})

describe('what cannot be resolved is an error that names its way out', () => {
  const failure = (resolve: () => unknown): TowpathError => {
    try {
      resolve()
    } catch (thrown) {
      if (thrown instanceof TowpathError) return thrown
      throw thrown
    }
    throw new Error('nothing was thrown')
  }

  test('an environment that is not there', () => {
    const error = failure(() => resolveConfig(CONFIG, 'prodution'))
    expect(error.code).toBe('ENVIRONMENT_UNKNOWN')
    expect(error.hint).toContain('did you mean production?')
    expect(failure(() => resolveConfig(CONFIG, 'constructor')).code).toBe('ENVIRONMENT_UNKNOWN')
  })

  test('settings that are not set, all at once', () => {
    const error = failure(() => resolveConfig(CONFIG, 'production'))
    expect(error.code).toBe('CONFIG_SETTING_MISSING')
    expect(error.detail).toEqual({ environment: 'production', names: ['DOMAIN', 'FOLDER', 'REGISTRY_USER'] })
  })

  test.each([
    ['FOLDER', 'srv', 'host.folder'],
    ['FOLDER', '/srv/../etc', 'host.folder'],
    ['FOLDER', 'var:FOLDER', 'host.folder'],
    ['DOMAIN', 'a b', 'domain'],
  ])('a setting %s=%s, which would be refused in the file as well', (name, value, path) => {
    const error = failure(() => resolveConfig(CONFIG, 'production', new Map([...SETTINGS, [name, value]])))
    expect(error.code).toBe('CONFIG_SETTING_INVALID')
    expect(error.detail['paths']).toEqual([path])
  })
})

describe('provenance', () => {
  const withGates = (defaults: string, own: string) =>
    parseConfig({
      path: 'towpath.yaml',
      text: `version: 1
project: shop
services: {backend: {compose: web, image: ghcr.io/acme/shop, health: {path: /, port: 80}}}
defaults: {host: {folder: /srv/shop}${defaults}}
environments: {production: {${own}}}
`,
    })
  const place = 'provenance: {repository: acme/shop, workflow: .github/workflows/build.yml}'

  test('is of one repository and workflow, vouched for by GitHub unless it is said', () => {
    const parsed = withGates(
      `, gates: {${place}}`,
      'gates: {evidence: [provenance], provenance: {ref: refs/heads/main, max_age: 30d}}',
    )
    expect(parsed.ok && resolveConfig(parsed.config, 'production').policy.evidence).toEqual({
      ...noEvidencePolicy,
      gates: ['provenance'],
      provenance: {
        repositories: ['acme/shop'],
        workflows: ['.github/workflows/build.yml'],
        refs: ['refs/heads/main'],
        issuers: ['https://token.actions.githubusercontent.com'],
        maxAgeMs: 30 * 86_400_000,
      },
    })
  })

  test('that is asked for says of where, in defaults or the environment', () => {
    const bare = withGates('', 'gates: {evidence: [provenance]}')
    expect(!bare.ok && bare.problems.map(({ message }) => message)).toEqual([
      'environments.production asks for provenance, and gates.provenance has no repository and no workflow',
    ])
    expect(withGates(', gates: {evidence: [provenance]}', `gates: {${place}}`).ok).toBe(true)
    expect(withGates('', `gates: {${place}}`).ok).toBe(true)
  })

  test.each([
    '{repository: shop, workflow: .github/workflows/build.yml}',
    '{repository: "http://ghe.example.com/acme/shop", workflow: .github/workflows/build.yml}',
    '{repository: acme/shop, workflow: build.yml}',
    '{repository: acme/shop, workflow: .github/workflows/build.yml, ref: main}',
    '{repository: acme/shop, workflow: .github/workflows/build.yml, issuer: github}',
  ])('of %s is refused', (written) => {
    expect(withGates('', `gates: {evidence: [provenance], provenance: ${written}}`).ok).toBe(false)
  })
})
