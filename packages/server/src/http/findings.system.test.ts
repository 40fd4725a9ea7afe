import { keepFindings } from '@towpath/app/live-findings/keep-findings.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { until } from '@towpath/testkit/wait.ts'
import { soon } from './testing/api-under-test.ts'
import { LiveScene, flaw, imageOf } from './testing/live-scene.ts'

let postgres: ScratchPostgres
let scene: LiveScene

beforeAll(async () => {
  postgres = await startScratchPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})
beforeEach(async () => {
  scene = await LiveScene.open(postgres)
  await scene.goLive('1.0.0', { left: '1.0.0' })
  await scene.send([])
  return () => scene.close()
})

describe('what is known against what is live', () => {
  it('changes with the advisories over the same unchanged inventory, and its cause is the data', async () => {
    await scene.look()
    expect(await scene.live()).toMatchObject({ release: '1.0.0', verdict: 'clean', findings: [] })
    await scene.send([flaw])
    await scene.look()
    expect((await scene.eventsOf('findings.changed')).map(({ data }) => data)).toMatchObject([
      { cause: 'data', appeared: [{ id: flaw.id, package: 'left', weight: 'blocks' }], resolved: [] },
    ])
    const [told] = await scene.eventsOf('findings.changed')
    const since = told?.data.appeared[0]?.since
    expect(await scene.live()).toMatchObject({
      verdict: 'counts',
      findings: [
        {
          id: flaw.id,
          fixed: '1.0.1',
          services: ['backend'],
          since,
          seq: told?.seq,
          fixedBy: null,
        },
      ],
    })
    const environment = await scene.api.ask('GET /v1/environments/guarded', { as: 'maker' })
    expect(await environment.json()).toMatchObject({
      findings: { release: '1.0.0', blocking: 1, unknowns: 0, since },
    })
    const release = await scene.api.ask('GET /v1/releases/1.0.0', { as: 'maker' })
    expect(await release.json()).toMatchObject({ findings: [{ environment: 'guarded', blocking: 1 }] })
    expect((await scene.eventsOf('alert.fired')).map(({ data }) => data.findings)).toMatchObject([
      [{ id: flaw.id }],
    ])
    const story = await scene.api.ask(`GET /v1/findings/${flaw.id}/explain`, { as: 'maker' })
    expect(await story.json()).toMatchObject({
      story: [{ seq: told?.seq, cause: 'data', release: '1.0.0' }, { type: 'alert.fired' }],
    })
    await scene.api.addPrincipal('elsewhere', [{ environment: 'staging', role: 'viewer' }])
    const foreign = await scene.api.ask(`GET /v1/findings/${flaw.id}/explain`, { as: 'elsewhere' })
    expect(await foreign.json()).toMatchObject({ story: [] })
    expect(await (await scene.api.ask('GET /v1/findings', { as: 'elsewhere' })).json()).toMatchObject({
      items: [],
    })
    await scene.send([], { replace: true })
    await scene.look()
    expect((await scene.eventsOf('findings.changed')).at(-1)?.data).toMatchObject({
      cause: 'data',
      appeared: [],
    })
    expect(await scene.live()).toMatchObject({ verdict: 'clean' })
  })

  it('opens one incident where it is known to be exploited, however often it is looked at, until it is live no more', async () => {
    await scene.send([flaw])
    await scene.look()
    expect(await scene.eventsOf('incident.detected')).toEqual([])
    await scene.send([flaw], { exploited: ['CVE-2026-7'] })
    await scene.look()
    await scene.look()
    await scene.goLive('1.1.0', { left: '1.0.0', more: '1.0.0' })
    await scene.look()
    expect(await scene.eventsOf('incident.detected')).toMatchObject([
      { environment: 'guarded', release: '1.0.0', data: { finding: { id: flaw.id, isExploited: true } } },
    ])
    const [opened] = await scene.eventsOf('incident.detected')
    const { incident } = opened?.data ?? { incident: '' }
    expect((await scene.findings()).items[0]).toMatchObject({ incidents: [{ incident, id: flaw.id }] })
    await scene.goLive('1.2.0', { left: '1.0.1' })
    await scene.look()
    expect(await scene.eventsOf('incident.resolved')).toMatchObject([{ data: { incident } }])
    expect((await scene.findings()).items[0]).toMatchObject({ incidents: [] })
  })

  it('ends no incident because nobody knows any more what is live', async () => {
    await scene.send([flaw], { exploited: ['CVE-2026-7'] })
    await scene.look()
    await scene.goLive('1.1.0', null)
    await scene.look()
    expect(await scene.live()).toMatchObject({ release: '1.1.0', verdict: 'unknown' })
    expect(await scene.eventsOf('incident.resolved')).toEqual([])
    await scene.bringScan('1.1.0', { left: '1.0.1' })
    await scene.look()
    expect(await scene.eventsOf('incident.resolved')).toHaveLength(1)
  })

  it('is recorded once where the first look was killed before its end', async () => {
    await scene.send([flaw])
    const { installation } = scene
    const killed = {
      ...installation,
      store: {
        ...installation.store,
        transact: <T>(work: Parameters<typeof installation.store.transact<T>>[0]) =>
          installation.store.transact<T>(async (tx) => {
            await work(tx)
            throw new Error('killed')
          }),
      },
    }
    await expect(scene.look(killed)).rejects.toThrow('the look failed')
    expect(await scene.eventsOf('findings.changed')).toEqual([])
    await scene.look()
    const before = await installation.store.head()
    await scene.look()
    expect(await installation.store.head()).toEqual(before)
    expect(await scene.eventsOf('findings.changed')).toHaveLength(1)
    expect(await scene.eventsOf('alert.fired')).toHaveLength(1)
  })

  it('names the kept release that is free of it, and keeps since when it is known over a release', async () => {
    await scene.send([flaw])
    await scene.look()
    const [first] = await scene.eventsOf('findings.changed')
    await scene.goLive('1.1.0', { left: '1.0.0', more: '1.0.0' })
    await scene.look()
    expect(await scene.live()).toMatchObject({
      release: '1.1.0',
      findings: [{ since: first?.data.appeared[0]?.since, fixedBy: null }],
    })
    expect((await scene.eventsOf('findings.changed')).at(-1)?.data.cause).toBe('inventory')
    await scene.goLive('1.2.0', { left: '1.0.1' })
    await scene.look()
    expect(await scene.live()).toMatchObject({ release: '1.2.0', verdict: 'clean' })
    const kept = (await scene.findings('live=false')).items[0]?.releases
    expect(kept?.map(({ release }) => release).toSorted()).toEqual(['1.0.0', '1.1.0', '1.2.0'])
    expect(kept?.find(({ release }) => release === '1.1.0')?.findings).toMatchObject([{ fixedBy: '1.2.0' }])
  })

  it('passes by a waiver that came with evidence, or that an admin laid over the gate, and that is its cause', async () => {
    await scene.send([flaw])
    await scene.look()
    const lastDay = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const waiver = { owner: 'lead', reason: 'never called', expires: lastDay, status: 'not_affected' }
    const finding = {
      ...{ id: flaw.id, aliases: [], package: 'left', version: '1.0.0', kind: 'vulnerability' },
      ...{ severity: 'high', fixed: '1.0.1', presence: 'shipped', isExploited: false, waiver },
      file: 'app/node_modules/left',
    }
    await scene.bringScan('1.0.0', { left: '1.0.0' }, [finding])
    await scene.look()
    expect((await scene.eventsOf('findings.changed')).at(-1)?.data).toMatchObject({
      cause: 'waiver',
      rescored: [{ weight: 'waived', waiver: { owner: 'lead' } }],
    })
    await scene.bringScan('1.0.0', { left: '1.0.0' }, [{ ...finding, waiver: null }])
    await scene.look()
    expect(await scene.live()).toMatchObject({ verdict: 'counts' })
    const gate = { gate: 'image-scan', owner: 'ops', reason: 'fix is under way', expiresAt: soon() }
    await scene.api.ask('POST /v1/environments/guarded/waivers', { as: 'maker', body: gate })
    await scene.look()
    expect(await scene.live()).toMatchObject({ findings: [{ weight: 'waived', waiver: { owner: 'ops' } }] })
  })

  it('passes by OpenVEX of an admin, and not by that of somebody who may not waive', async () => {
    await scene.send([flaw])
    await scene.look()
    await scene.api.addPrincipal('ci', [{ environment: 'guarded', role: 'deployer' }])
    const vex = (author: string): object => ({
      ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': `urn:${author}`, author, version: 1 },
      timestamp: new Date().toISOString(),
      statements: [
        {
          vulnerability: { name: flaw.id },
          status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path',
        },
      ],
    })
    const bring = async (as: string): Promise<void> => {
      const document = Buffer.from(JSON.stringify(vex(as))).toString('base64')
      const body = { document, name: 'vex.json', subject: { image: imageOf('1.0.0') } }
      expect((await scene.api.ask('POST /v1/evidence', { as, body })).status).toBe(201)
      await scene.look()
    }
    await bring('ci')
    expect(await scene.live()).toMatchObject({ verdict: 'counts' })
    await bring('maker')
    expect(await scene.live()).toMatchObject({ findings: [{ weight: 'waived', waiver: { owner: 'maker' } }] })
    expect((await scene.eventsOf('findings.changed')).at(-1)?.data.cause).toBe('waiver')
  })

  it('is weighed by the policy of the environment, and that is its cause', async () => {
    await scene.send([{ ...flaw, rating: 'LOW' }])
    await scene.look()
    expect(await scene.live()).toMatchObject({ verdict: 'clean', findings: [{ weight: 'below' }] })
    const evidence = {
      ...{ gates: ['image-scan'], severity: 'low', onlyFixable: false, dataAgeMaxMs: 172_800_000 },
      ...{ graceMs: { low: 0, medium: 0, high: 0, critical: 0 }, repositoryWaivers: true },
    }
    const accepted = await scene.api.ask('PUT /v1/environments/guarded/policy', {
      as: 'maker',
      body: { approvals: 0, hosts: ['unix:///var/run/docker.sock'], evidence },
    })
    expect(accepted.status).toBe(200)
    await scene.look()
    expect((await scene.eventsOf('findings.changed')).at(-1)?.data).toMatchObject({ cause: 'policy' })
    expect(await scene.live()).toMatchObject({ findings: [{ weight: 'blocks' }] })
  })

  it('is looked at by itself when advisories come, and the standing work ends when it is told to', async () => {
    await scene.look()
    const ending = new AbortController()
    const keeping = keepFindings(scene.installation, ending.signal)
    await scene.send([flaw])
    const verdict = async (): Promise<string | undefined> => (await scene.live())?.verdict
    await until(async () => (await verdict()) === 'counts', { withinMs: 60_000, what: 'a finding' })
    await scene.goLive('1.2.0', { left: '1.0.1' })
    await until(async () => (await verdict()) === 'clean', { withinMs: 60_000, what: 'a clean release' })
    ending.abort()
    await keeping
    expect((await scene.eventsOf('findings.changed')).map(({ data }) => data.cause)).toEqual(['data'])
  })

  it('is unknown, never clean, where nobody brought what the image ships or nothing covers it', async () => {
    await scene.goLive('1.1.0', null)
    await scene.look()
    expect(await scene.live()).toMatchObject({
      ...{ release: '1.1.0', verdict: 'unknown' },
      unknowns: [expect.stringContaining('what the image of backend ships')],
    })
  })
})
