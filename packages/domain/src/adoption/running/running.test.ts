import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContainerSpec } from '../../deployment/container.ts'
import { planDeployment } from '../../deployment/plan-deployment.ts'
import type { Release } from '../../release/release.ts'
import { projectsRunning } from './choose-project.ts'
import { compareEnvironment, driftOf } from './drift.ts'
import { composeLabels } from './found-container.ts'
import type { FoundContainer } from './found-container.ts'
import { planAdoption, withoutGone } from './plan-adoption.ts'
import { adoptedVersion, digestOf, readRunning } from './read-running.ts'
import { aFound, aProject } from './testing/found.ts'

const sha256 = (text: string): string => `${text.length}${text}`.padEnd(64, '0')
const codesOf = (found: FoundContainer[], heldBy = new Map<string, string>(), compose?: string) =>
  readRunning({ ...aProject(compose), found, heldBy }).problems.map(({ code }) => code)

describe('what is adopted', () => {
  it('is the running container of each service that the files ship', () => {
    const { seats, builds, problems } = readRunning({ ...aProject(), found: [aFound()], heldBy: new Map() })
    expect(problems).toEqual([])
    expect(seats.map(({ key, container }) => [key, container.id])).toEqual([['api', 'c1']])
    expect(builds).toEqual([
      expect.objectContaining({
        repository: 'registry.test/shop/api',
        tag: '1.4.2',
        digest: `sha256:${'a'.repeat(64)}`,
      }),
    ])
  })

  it('is nothing where a service does not run, runs too often, in two versions, or for somebody else', () => {
    const second = aFound({ id: 'c2', name: 'shop_api_2' })
    const twice = 'services: {api: {image: x, deploy: {replicas: 2}}}'
    expect(codesOf([])).toEqual(['ADOPT_NOT_RUNNING'])
    expect(codesOf([aFound({ status: 'exited' })])).toEqual(['ADOPT_NOT_RUNNING'])
    expect(codesOf([aFound(), second])).toEqual(['ADOPT_COUNT'])
    expect(codesOf([aFound(), second], new Map(), twice)).toEqual([])
    expect(codesOf([aFound(), { ...second, imageId: 'sha256:other' }], new Map(), twice)).toEqual([
      'ADOPT_MIXED',
    ])
    expect(codesOf([aFound()], new Map([['c1', 'staging']]))).toEqual(['ADOPT_HELD'])
    expect(codesOf([aFound({ networkMode: 'host' })])).toEqual(['ADOPT_NO_NETWORK'])
  })

  it('is not a one-off container, however it is called', () => {
    const oneOff = aFound({ id: 'c9', labels: { ...aFound().labels, [composeLabels.oneOff]: 'True' } })
    expect(codesOf([aFound(), oneOff])).toEqual([])
  })

  it('may not hold the host port that the edge needs, and the words say which other one to take', () => {
    const port = { hostAddress: '127.0.0.1', hostPort: 8080, containerPort: 8080, protocol: 'tcp' as const }
    const compose = 'services: {api: {image: x, ports: ["127.0.0.1:8080:8080"]}}'
    const { problems } = readRunning({
      ...aProject(compose),
      found: [aFound({ ports: [port] })],
      heldBy: new Map(),
    })
    expect(problems).toMatchObject([{ code: 'ADOPT_PORT_HELD' }])
    expect(problems[0]?.hint).toContain('map: {ports: {8080: 18080}}')
    expect(codesOf([aFound({ ports: [{ ...port, hostPort: 9090 }] })], new Map(), compose)).toEqual([])
  })

  it('tells an image that is on this host alone, and keeps it by what the engine knows it by', () => {
    const found = [aFound({ imageDigests: [] })]
    const { notes, builds, problems } = readRunning({ ...aProject(), found, heldBy: new Map() })
    expect(problems).toEqual([])
    expect(notes.join()).toContain('on this host alone')
    expect(builds[0]?.digest).toBe(found[0]?.imageId)
  })

  it('goes by the repository that was asked for where the image came from several', () => {
    const other = `mirror.test/shop/api@sha256:${'c'.repeat(64)}`
    const own = aFound().imageDigests[0] ?? ''
    expect(digestOf(aFound({ imageDigests: [other, own] }))).toBe(own)
    expect(digestOf(aFound({ imageDigests: [other] }))).toBe(other)
  })

  it('is called by the one tag that runs, else by the day', () => {
    const tag = (text: string | null) => ({
      service: 's',
      repository: 'r',
      digest: 'd',
      commit: null,
      tag: text,
    })
    expect(adoptedVersion([tag('1.4.2'), tag('1.4.2')], '2026-03-01T00:00:00Z')).toBe('1.4.2')
    for (const tags of [['1.4.2', '1.4.3'], ['latest'], [null]])
      expect(adoptedVersion(tags.map(tag), '2026-03-01T00:00:00Z')).toBe('adopted-2026-03-01')
  })

  it('is found by the services that a project runs, every one of them', () => {
    const other = aFound({ labels: { [composeLabels.project]: 'blog', [composeLabels.service]: 'web' } })
    expect(projectsRunning([aFound(), other], ['api'])).toEqual(['shop'])
    expect(projectsRunning([aFound(), other], ['api', 'web'])).toEqual([])
    expect(projectsRunning([aFound({ status: 'exited' })], ['api'])).toEqual([])
    expect(projectsRunning([aFound()], [])).toEqual([])
  })
})

const valueIn = (record: Record<string, string>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

const words = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string({ maxLength: 12 }), { maxKeys: 8 })

describe('drift', () => {
  it('names every variable that matters once, and is empty exactly where both sides agree', () => {
    fc.assert(
      fc.property(words, words, words, (environment, imageEnvironment, written) => {
        const facts = compareEnvironment({ environment, imageEnvironment }, written)
        const factOf = (name: string): string | undefined => {
          const [runs, says] = [valueIn(environment, name), valueIn(written, name)]
          if (says === undefined) return runs === valueIn(imageEnvironment, name) ? undefined : 'only-running'
          if (runs === undefined) return 'only-files'
          return runs === says ? 'same' : 'differs'
        }
        for (const name of [...Object.keys(environment), ...Object.keys(written)])
          expect(facts[name]).toBe(factOf(name))
        const isSame = Object.values(facts).every((fact) => fact === 'same')
        const [runs, says] = [environment, written].map((own) => ({ ...imageEnvironment, ...own }))
        expect(isSame && !isDeepStrictEqual(runs, says)).toBe(false)
      }),
    )
  })

  const secret = fc.stringMatching(/^[a-z]{12,20}$/)
  const spec = (
    environment: Record<string, string>,
  ): Pick<ContainerSpec, 'command' | 'entrypoint' | 'environment' | 'mounts' | 'networks' | 'restart'> => ({
    ...{ command: null, entrypoint: null, environment, mounts: [] },
    ...{ networks: [{ network: 'shop_default', aliases: [] }], restart: { name: 'always' } },
  })

  it('never tells a value', () => {
    fc.assert(
      fc.property(secret, secret, (runs, says) => {
        const running = aFound({ environment: { PATH: '/bin', TOKEN: runs } })
        const text = JSON.stringify([
          driftOf(running, { image: running.image, spec: spec({ TOKEN: says }) }, 'api'),
          compareEnvironment(running, { TOKEN: says }),
        ])
        expect(text).not.toContain(runs)
        expect(text).not.toContain(says)
        expect(text.includes('another value')).toBe(runs !== says)
      }),
    )
  })

  it('is one sentence for each thing that differs, and none where nothing does', () => {
    const running = aFound()
    const same = { image: running.image, spec: spec({ GREETING: 'hello' }), user: '' }
    expect(driftOf(running, same, 'api')).toEqual([])
    const drifts = driftOf(
      aFound({
        ...{
          image: 'registry.test/shop/api:1.4.1',
          restart: { name: 'no' },
          user: 'root',
          command: ['other'],
        },
        mounts: [{ type: 'bind', source: '/tmp/x', target: '/x', readOnly: true, createHostPath: false }],
        networks: { ...running.networks, extra: { aliases: [], address: '' } },
      }),
      { ...same, spec: { ...same.spec, command: ['serve'] } },
      'api',
    )
    expect(drifts.map((sentence) => /: (\w+)/.exec(sentence)?.[1])).toEqual([
      'image',
      'command',
      'mounts',
      'networks',
      'restart',
      'user',
    ])
  })
})

describe('the plan of an adoption', () => {
  const release: Release = {
    ...{ version: '1.4.2', schema: 'unknown', snapshot: '', author: 'ann', createdAt: '' },
    builds: readRunning({ ...aProject(), found: [aFound()], heldBy: new Map() }).builds,
  }
  const made = () => {
    const planned = planDeployment({
      ...{ installation: 'inst', release, ...aProject(), firstDeployment: true, replaceEdge: false },
      policy: { version: 0, approvals: 0, needs: [], freeze: [], hosts: [] },
      ...{ sealedDigest: '', sha256 },
    })
    if (!planned.ok) throw new Error(JSON.stringify(planned.problems))
    return planned.plan
  }
  const plan = () => {
    const { seats } = readRunning({ ...aProject(), found: [aFound()], heldBy: new Map() })
    return planAdoption(made(), seats, {
      writtenOf: ({ container }) => ({ image: null, spec: { ...container, restart: { name: 'always' } } }),
      sha256,
    })
  }

  it('makes nothing but the edge and its network, and holds who serves', () => {
    const { networks, edge, services, adoption, ...rest } = plan()
    expect(networks.map(({ name }) => name)).toEqual([edge.slotNetwork])
    expect(rest).toMatchObject({
      jobs: [],
      volumes: [],
      accessoriesBefore: [],
      accessoriesAfter: [],
      bakeMs: 0,
    })
    expect(services.map(({ adopted }) => adopted)).toEqual([
      { id: 'c1', name: 'shop_api_1', restart: { name: 'always' } },
    ])
    expect(adoption).toMatchObject({
      composeProject: 'shop',
      drift: [],
      containers: [{ key: 'api', id: 'c1' }],
    })
  })

  it('lets the edge stand on the network that compose made, where no address can be fixed', () => {
    expect(plan().edge.networks).toContainEqual({ network: 'shop_default', aliases: ['api'] })
  })

  it('holds no value of a variable in what it records', () => {
    expect(JSON.stringify(plan().adoption)).not.toContain('hello')
  })

  it('comes back to a container of our own making where the adopted one is gone', () => {
    const [service] = withoutGone(plan(), new Set(['c1'])).services
    expect(service?.adopted).toBeUndefined()
    expect(service?.container).toEqual(made().services[0]?.container)
    expect(withoutGone(plan(), new Set(['c2']))).toEqual(plan())
  })

  it('never is what a deployment of the same release would make', () => {
    expect(plan().services[0]?.specDigest).not.toBe(made().services[0]?.specDigest)
  })
})
