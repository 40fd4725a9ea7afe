import { describe, expect, it } from 'vitest'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { ComposeModel } from '../project/compose-model.ts'
import { readCompose } from '../project/read-compose.ts'
import { defaultBudget } from '../verdict/budget.ts'
import { planDeployment } from './plan-deployment.ts'
import type { PlanInput } from './plan-deployment.ts'

const compose = `
services:
  nginx:
    image: nginx
    container_name: proxy
    ports: ["80:80"]
    depends_on: [app, web]
    networks: [front]
  redis:
    image: redis
    networks: [front]
  migrate:
    image: app
    networks: [front]
  app:
    image: app
    container_name: rust-app
    depends_on: [migrate, redis]
    ports: ["4001:4000"]
    networks: {front: {aliases: [api]}}
  web:
    image: web
    depends_on: {app: {condition: service_healthy}}
    networks: [front]
networks: {front: {}}
`

const model = (text = compose): ComposeModel => {
  const read = readCompose({
    files: [{ path: 'docker-compose.yaml', text }],
    variables: new Map(),
    envFile: () => null,
    projectName: 'shop-production',
    projectFolder: '/srv/shop',
  })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.model
}

const service = (name: string, compose_: string, port: number): ResolvedConfig['services'][number] => ({
  name,
  compose: compose_,
  image: `registry.test/${name}`,
  port,
  single: false,
  connections: null,
  health: { path: '/health', withinMs: 1, intervalMs: 1, timeoutMs: 1, statusMin: 200, statusMax: 399 },
  smoke: [],
})

const config: ResolvedConfig = {
  project: 'shop',
  mode: 'deploy',
  environment: 'production',
  composeFiles: ['docker-compose.yaml'],
  profiles: [],
  services: [service('frontend', 'web', 3000), service('backend', 'app', 4000)],
  jobs: [
    { name: 'migrator', compose: 'migrate', image: { service: 'backend' }, withinMs: 1, migrates: true },
  ],
  settingsFiles: [],
  secretsFile: null,
  host: {
    docker: 'unix:///var/run/docker.sock',
    folder: '/srv/shop',
    diskFreeMinBytes: 1,
  },
  domain: null,
  map: { paths: {}, ports: {}, names: '', domains: {} },
  database: null,
  registries: {},
  strategy: {
    ...{ type: 'blue-green', services: {}, named: [], verdict: defaultBudget },
    ...{ drainMs: 1, bakeMs: 2, warmMs: 3 },
  },
  keep: 5,
  policy: { approvals: 0, needs: null, freeze: [], hosts: [] },
}

const digest = `sha256:${'b'.repeat(64)}`
const input = (given: Partial<PlanInput> = {}): PlanInput => ({
  installation: 'ins_1',
  release: {
    version: '1.0.0',
    builds: ['backend', 'frontend'].map((name) => ({
      service: name,
      repository: `registry.test/${name}`,
      digest,
      tag: null,
      commit: null,
    })),
    schema: 'none',
    snapshot: '',
    author: 'ann',
    createdAt: '',
  },
  config,
  model: model(),
  policy: { version: 0, approvals: 0, needs: [], freeze: [], hosts: [] },
  firstDeployment: true,
  replaceEdge: false,
  sealedDigest: '',
  sha256: (text) =>
    String(Array.from(text).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1e12, 7)).padEnd(64, '0'),
  ...given,
})

const planned = (given: Partial<PlanInput> = {}): ReturnType<typeof planDeployment> & { ok: true } => {
  const result = planDeployment(input(given))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result
}

describe('a plan', () => {
  const { plan } = planned()

  it('gives the services’ names and published ports to the edge, and none to a candidate', () => {
    const front = plan.edge.networks.find((network) => network.network === 'shop-production_front')
    expect(front?.aliases.toSorted()).toEqual(['api', 'app', 'rust-app', 'web'])
    expect(plan.edge.ports).toMatchObject([{ hostPort: 4001, containerPort: 4000 }])
    for (const { container } of plan.services) {
      expect(container.ports).toEqual([])
      expect(container.networks.flatMap((network) => network.aliases)).toEqual([])
    }
  })

  it('runs builds by digest only, the migrator’s from the backend', () => {
    expect(plan.services.map((each) => each.container.image)).toEqual([
      `registry.test/backend@${digest}`,
      `registry.test/frontend@${digest}`,
    ])
    expect(plan.jobs[0]?.container.image).toBe(`registry.test/backend@${digest}`)
  })

  it('starts what is needed before the services, and what stands in front of them after', () => {
    expect(plan.accessoriesBefore.map((each) => each.name)).toEqual(['shop-production-redis-1'])
    expect(plan.accessoriesAfter.map((each) => each.name)).toEqual(['proxy'])
  })

  it('tells that what runs an image of a service and takes no traffic stays as it is', () => {
    const withWorker = model(
      compose.replace(
        'networks: {front: {}}',
        '  worker: {image: "registry.test/backend:1.0.0"}\nnetworks: {front: {}}',
      ),
    )
    expect(planned({ model: withWorker }).plan.notes.filter((note) => note.includes('worker'))).toEqual([
      'accessory worker runs an image of backend and is not replaced by a release: it stays at registry.test/backend:1.0.0',
    ])
    expect(plan.notes.filter((note) => note.includes('not replaced'))).toEqual([])
  })

  it('moves traffic in the order of need and waits for health where the file says so', () => {
    expect(plan.services.map((each) => each.service)).toEqual(['backend', 'frontend'])
    expect(plan.waves).toEqual([['backend'], ['frontend']])
  })

  it('tells an edge apart whose names or ports differ, and not one that only serves another release', () => {
    const label = (given: Partial<PlanInput>): string | undefined =>
      planned(given).plan.edge.labels['towpath.spec']
    const moved = { ...config, services: config.services.map((each) => ({ ...each, port: each.port + 1 })) }
    expect(label({ config: moved })).not.toBe(label({}))
    expect(label({ model: model(compose.replace('aliases: [api]', 'aliases: [api, rest]')) })).not.toBe(
      label({}),
    )
    expect(label({ release: { ...input().release, version: '9.9.9' } })).toBe(label({}))
  })

  it('keeps the way between edge and slots to itself', () => {
    const slots = plan.networks.find((network) => network.name === plan.edge.slotNetwork)
    expect(slots?.internal).toBe(true)
  })

  it('is the same for the same inputs, and other containers for other secrets', () => {
    expect(planned().plan).toEqual(plan)
    const rotated = planned({ sealedDigest: 'other' }).plan
    expect(rotated.services[0]?.specDigest).not.toBe(plan.services[0]?.specDigest)
  })
})

describe('what cannot be planned', () => {
  const problemsOf = (given: Partial<PlanInput>): string[] => {
    const result = planDeployment(input(given))
    return result.ok ? [] : result.problems.map((problem) => problem.code)
  }

  it('is named all at once', () => {
    const wrong = { ...config, services: [service('backend', 'app', 4000), service('other', 'nope', 4000)] }
    expect(problemsOf({ config: wrong })).toEqual(['COMPOSE_SERVICE_MISSING', 'EDGE_PORT_CLASH'])
  })

  it('includes a service without a build and one on the host’s own network', () => {
    const release = { ...input().release, builds: input().release.builds.slice(0, 1) }
    expect(problemsOf({ release })).toEqual(['BUILD_MISSING'])
    const hostNetwork = model(compose.replace('networks: {front: {aliases: [api]}}', 'network_mode: host'))
    expect(problemsOf({ model: hostNetwork })).toContain('NETWORK_MODE_UNSUPPORTED')
  })
})

describe('several replicas of a service', () => {
  const withReplicas = (count: number): ComposeModel =>
    model(compose.replace('image: web\n', `image: web\n    deploy: {replicas: ${count}}\n`))
  const codesOf = (
    count: number,
    told: Partial<ResolvedConfig['strategy']> = {},
    single = false,
  ): string[] => {
    const services = config.services.map((each) => ({ ...each, single: single && each.name === 'frontend' }))
    const strategy = { ...config.strategy, ...told }
    const result = planDeployment(
      input({ model: withReplicas(count), config: { ...config, services, strategy } }),
    )
    return result.ok ? [] : result.problems.map(({ code }) => code)
  }

  it('are places of their own with the same container, the first of them checked, and roll by themselves', () => {
    const smoke: ResolvedConfig['services'][number]['smoke'] = [
      { method: 'GET', path: '/', headers: {}, status: 200, contains: null, timeoutMs: 1 },
    ]
    const services = config.services.map((each) => ({ ...each, smoke }))
    const { plan } = planned({ model: withReplicas(3), config: { ...config, services } })
    const replicas = plan.services.slice(1)
    expect(replicas.map(({ service: key }) => key)).toEqual(['frontend', 'frontend#2', 'frontend#3'])
    expect(replicas.map(({ smoke: checks }) => checks.length)).toEqual([1, 0, 0])
    expect(new Set(replicas.map(({ specDigest }) => specDigest)).size).toBe(1)
    expect(replicas.map(({ strategy }) => strategy?.type)).toEqual(['rolling', 'rolling', 'rolling'])
    expect(plan.services[0]?.strategy?.type).toBe('blue-green')
    expect(plan.waves).toEqual([['backend'], ['frontend']])
  })

  it.each([
    { how: 'up to three', count: 3, codes: [] },
    {
      how: 'not four: none would be left to replace them through',
      count: 4,
      codes: ['REPLICAS_UNSUPPORTED'],
    },
    { how: 'not none', count: 0, codes: ['REPLICAS_UNSUPPORTED'] },
    { how: 'not where one instance may serve', count: 2, single: true, codes: ['REPLICAS_OF_SINGLE'] },
    {
      how: 'not by a strategy that wants as many again',
      count: 2,
      told: { services: { frontend: { type: 'blue-green' as const } }, named: ['frontend'] },
      codes: ['REPLICAS_NEED_ROLLING'],
    },
    {
      how: 'whatever others go by',
      count: 2,
      told: { services: { frontend: { type: 'recreate-hold' as const } } },
      codes: [],
    },
  ])('are taken: $how', ({ count, told = {}, single = false, codes }) => {
    expect(codesOf(count, told, single)).toEqual(codes)
  })

  it('never go with one instance at a time, whatever the file asks for', () => {
    const rolling = { type: 'rolling' as const, atLeastMs: 0, atMostMs: 1 }
    expect(codesOf(1, { services: { frontend: rolling }, named: ['frontend'] }, true)).toEqual([
      'STRATEGY_NEEDS_TWO',
    ])
  })
})
