import { describe, expect, test } from 'vitest'
import type { EnvironmentAnswer } from '../connection/shapes.ts'
import { renderPage, unpainted } from './line.ts'
import { environmentPage, statusPage } from './status-page.ts'
import type { EnvironmentStatus } from './status-page.ts'
import { widthOf } from './text-width.ts'

const now = new Date('2026-01-01T12:00:00.000Z')
const place = (release: string, deployment: string) => ({ release, deployment, services: {} })
const entry = (deployment: string, release: string, at: string) => ({
  ...{ deployment, release, at, kind: 'deploy' as const, outcome: 'live' as const, bakedMs: 60_000 },
})
const empty: EnvironmentAnswer = {
  ...{ environment: 'preview', seq: 1, live: null, warm: null, active: null, queued: [], policy: null },
  ...{
    waivers: [],
    approvals: [],
    history: [],
    readiness: [],
    drift: null,
    certificate: null,
    hosts: [],
    watch: null,
    findings: null,
    refused: null,
  },
}
const production: EnvironmentAnswer = {
  ...empty,
  environment: 'production',
  live: place('1.4.0', 'dep_c'),
  warm: { ...place('1.3.2', 'dep_b'), until: '2026-01-01T12:08:00.000Z', leaving: null },
  history: [
    entry('dep_c', '1.4.0', '2026-01-01T10:00:00.000Z'),
    entry('dep_b', '1.3.2', '2025-12-30T10:00:00.000Z'),
  ],
  approvals: [{ release: '1.4.0', by: ['lead'] }],
  drift: { found: ['web answers to rust-app'], at: '2026-01-01T11:58:00.000Z' },
}
const staging: EnvironmentAnswer = {
  ...empty,
  environment: 'staging',
  live: place('1.5.0', 'dep_d'),
  active: 'dep_e',
  queued: ['dep_f'],
  history: [
    entry('dep_d', '1.5.0', '2025-11-01T10:00:00.000Z'),
    entry('dep_a', '1.3.2', '2025-10-01T10:00:00.000Z'),
  ],
  readiness: [{ release: '1.3.2', ready: false, why: 'backend was pruned', at: '2026-01-01T11:59:00.000Z' }],
}
const summary = (id: string, release: string): NonNullable<EnvironmentStatus['moving']> => ({
  ...{ id, kind: 'deploy', environment: 'staging', release, author: 'dev', requestedBy: 'dev', reason: '' },
  ...{
    requestedAt: '2026-01-01T11:59:00.000Z',
    schemaAccepted: null,
    state: 'running',
    outcome: null,
    done: {},
  },
  ...{ verdicts: {}, resumed: {}, failure: null, abort: null, finished: null, seq: 1 },
})
const statuses: EnvironmentStatus[] = [
  { environment: empty, moving: null, waiting: [] },
  { environment: production, moving: null, waiting: [] },
  { environment: staging, moving: summary('dep_e', '1.6.0'), waiting: [summary('dep_f', '1.6.1')] },
]

describe('status', () => {
  test.each([50, 92])('fits a terminal of %i columns', async (columns) => {
    const text = renderPage(statusPage(statuses, { now, columns }), { columns: null, paint: unpainted })
    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(columns)
    await expect(text).toMatchFileSnapshot(`golden/status-${columns}.txt`)
  })

  test('of one environment shows its last deployments and what is out of order', async () => {
    const [, status] = statuses
    if (status === undefined) throw new Error('there are three')
    const text = renderPage(environmentPage(status, { now, columns: 92 }), {
      columns: null,
      paint: unpainted,
    })
    await expect(text).toMatchFileSnapshot('golden/status-production.txt')
  })

  test('tells of a certificate that runs out, of one that is good on its own page alone, and of none where none is known', () => {
    const served = (notAfter: string): EnvironmentStatus => ({
      environment: {
        ...production,
        certificate: {
          ...{ name: 'shop.example', names: ['shop.example'], issuer: 'A', fingerprint: 'AA', chain: null },
          ...{ notBefore: '2025-10-13T00:00:00.000Z', notAfter },
        },
      },
      moving: null,
      waiting: [],
    })
    const options = { now, columns: 120 }
    const textOf = (lines: ReturnType<typeof statusPage>) =>
      renderPage(lines, { columns: null, paint: unpainted })
    const all = (status: EnvironmentStatus) => textOf(statusPage([status], options))
    const one = (status: EnvironmentStatus) => textOf(environmentPage(status, options))
    expect(all(served('2026-01-11T00:00:00.000Z'))).toMatch(/certificate\n.*▲ 2026-01-11/)
    expect(all(served('2026-03-11T00:00:00.000Z'))).not.toMatch(/certificate/)
    expect(one(served('2026-03-11T00:00:00.000Z'))).toMatch(/✔ TLS .* shop.example runs out in 68 days/)
    expect(one(served('2025-12-31T00:00:00.000Z'))).toMatch(/✖ TLS .* ran out on 2025-12-31/)
  })

  test('of several hosts says which of them differs, and which is none of them any more', async () => {
    const host = (name: string, live: string | null, stands: 'as-one' | 'differs' | 'left') => ({
      ...{ host: name, docker: `ssh://deploy@${name}`, environment: `production@${name}`, live, stands },
      active: stands === 'differs' ? 'dep_x' : null,
      takeAway: stands === 'left' ? 'docker rm -f $(docker ps -aq --filter label=x)' : null,
    })
    const hosts = [
      host('web-1', '1.4.0', 'as-one'),
      host('web-2', '1.3.2', 'differs'),
      host('web-9', '1.2.0', 'left'),
    ]
    const status = { environment: { ...production, hosts, drift: null }, moving: null, waiting: [] }
    const text = renderPage(environmentPage(status, { now, columns: 92 }), {
      columns: null,
      paint: unpainted,
    })
    await expect(text).toMatchFileSnapshot('golden/status-hosts.txt')
  })
})
