import type { WantedEdge, WantedService, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseEdgeFile } from './edge-file.ts'
import { digest, renderEdge } from './render.ts'

const slotsOf = (network: number, seats: Partial<Record<string, Partial<WantedSlot>>>): WantedSlot[] =>
  ['s1', 's2', 's3', 's4'].map((slot, index): WantedSlot => ({
    ...({ role: 'off', release: null } as const),
    ...(seats[slot] as object),
    slot,
    address: `10.20.0.${network + index}`,
    port: 4000,
  }))

const api: WantedService = {
  service: 'backend',
  port: 4000,
  health: { path: '/health', intervalMs: 1000, timeoutMs: 2000, statusMin: 200, statusMax: 399 },
  slots: slotsOf(16, {
    s1: { role: 'backup', release: '1.0.0' },
    s2: { role: 'live', weight: 100, release: '1.1.0' },
    s3: { role: 'draining', release: '0.9.0' },
  }),
  trial: null,
  cohort: false,
  held: true,
}
const web: WantedService = {
  ...api,
  service: 'frontend',
  port: 3000,
  slots: slotsOf(24, {
    s1: { role: 'live', weight: 95, release: '1.0.0' },
    s2: { role: 'candidate', release: '1.1.0' },
  }),
  trial: { slot: 's2', perMyriad: 500, salt: 1234 },
  cohort: true,
  held: false,
}
const edge: WantedEdge = {
  project: 'refactor',
  environment: 'production',
  fence: 7,
  deployment: 'd-12',
  services: [api, web],
}

const withService = (changes: Partial<WantedService>): WantedEdge => ({
  ...edge,
  services: [{ ...api, ...changes }],
})

describe('renderEdge', () => {
  it('two services in the middle of a switch read as the golden file', async () => {
    await expect(renderEdge(edge).text).toMatchFileSnapshot('golden/two-services.cfg')
  })

  it('an edge without services reads as the golden file', async () => {
    await expect(renderEdge({ ...edge, services: [] }).text).toMatchFileSnapshot('golden/no-service.cfg')
  })

  it('golden files carry the sha256 of their own body', () => {
    const text = readFileSync(new URL('golden/two-services.cfg', import.meta.url), 'utf8')
    const body = text.slice(text.indexOf('\n\n') + 2)
    expect(text).toContain(digest(body))
  })

  it('traffic moves without a new structure; ports, addresses and probes do not', () => {
    const { structure } = renderEdge(withService({}))
    const moved = slotsOf(16, { s4: { role: 'live', weight: 3, release: '2.0.0' } })
    expect(renderEdge(withService({ slots: moved })).structure).toBe(structure)
    expect(renderEdge({ ...withService({}), deployment: 'd-13', fence: 9 }).structure).toBe(structure)
    expect(renderEdge(withService({ port: 4001 })).structure).not.toBe(structure)
    expect(renderEdge(withService({ slots: slotsOf(17, {}) })).structure).not.toBe(structure)
    expect(renderEdge(withService({ health: { ...api.health, path: '/ready' } })).structure).not.toBe(
      structure,
    )
  })

  it('refuses values that would change the meaning of the file', () => {
    const refused = expect.objectContaining({ code: 'EDGE_VALUE_REFUSED', kind: 'usage' })
    const paths = ["/a'b", '/a b', '/a\n  server evil 6.6.6.6:1', 'health', '/\t', '/é']
    for (const path of paths)
      expect(() => renderEdge(withService({ health: { ...api.health, path } }))).toThrow(refused)
    for (const service of ['a b', 'a\nb', '', '../x', 'a"b', 'a#b'])
      expect(() => renderEdge(withService({ service }))).toThrow(refused)
    for (const address of ['localhost', '10.0.0.1:80', '10.0.0', '::1'])
      expect(() => renderEdge(withService({ slots: [{ ...api.slots[0]!, address }] }))).toThrow(refused)
    for (const release of ['1.0.0 release', '1\n', '%[env(HOME)]'])
      expect(() => renderEdge(withService({ slots: [{ ...api.slots[0]!, release }] }))).toThrow(refused)
    for (const port of [0, 65_536, 1.5, Number.NaN])
      expect(() => renderEdge(withService({ port }))).toThrow(refused)
  })

  it('refuses two services on one port', () => {
    const shared = { ...edge, services: [api, { ...web, port: api.port }] }
    expect(() => renderEdge(shared)).toThrow(expect.objectContaining({ code: 'EDGE_PORT_SHARED' }))
  })
})

describe('parseEdgeFile', () => {
  const anySlot: fc.Arbitrary<Partial<WantedSlot>> = fc.oneof(
    fc.record({
      role: fc.constant('live' as const),
      weight: fc.integer({ min: 1, max: 100 }),
      release: fc.constant('1.0.0'),
    }),
    fc.record({
      role: fc.constantFrom('candidate' as const, 'backup' as const, 'draining' as const),
      release: fc.constant('1.1.0-rc.1'),
    }),
    fc.record({ role: fc.constant('off' as const), release: fc.constant(null) }),
  )

  it('law: reads back the roles, releases and fence of whatever was written', () => {
    fc.assert(
      fc.property(fc.tuple(anySlot, anySlot, anySlot, anySlot), fc.nat(1e9), ([s1, s2, s3, s4], fence) => {
        const slots = slotsOf(16, { s1, s2, s3, s4 })
        const file = parseEdgeFile(renderEdge({ ...withService({ slots }), fence }).text)
        expect(file).toMatchObject({ fence, deployment: 'd-12', intact: true })
        expect(file.slots).toEqual(
          slots.map(({ slot, release, ...seat }) => ({
            service: 'backend',
            slot,
            role: seat.role === 'live' ? { role: 'live', weight: seat.weight } : { role: seat.role },
            release,
          })),
        )
      }),
    )
  })

  it('notices a change by hand', () => {
    const { text } = renderEdge(edge)
    expect(parseEdgeFile(text.replace('weight 100', 'weight 99')).intact).toBe(false)
    expect(parseEdgeFile(`${text}# by hand\n`).intact).toBe(false)
  })

  it('makes nothing of a file that is not one of ours', () => {
    for (const text of ['', 'global\n', '\n\n', '# fence: x\n'])
      expect(parseEdgeFile(text)).toMatchObject({ fence: null, deployment: null, intact: false, slots: [] })
  })
})
