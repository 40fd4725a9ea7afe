import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Observed } from '../../evidence/observed.ts'
import type { Check } from '../finding.ts'
import { onlineChecks } from './online-checks.ts'
import type { OnlineFacts } from './online-facts.ts'

const at = '2026-01-01T00:00:00Z'
const seen = <T>(value: T): Observed<T> => ({ at, value })
const unseen = (unknown: string): Observed<never> => ({ at, unknown })

const certificate = {
  ...{ names: ['shop.example'], issuer: 'An Authority', fingerprint: 'AA', chain: null },
  ...{ notBefore: '2025-12-01T00:00:00Z', notAfter: '2026-03-01T00:00:00Z' },
}

const good: OnlineFacts = {
  environment: 'staging',
  host: {
    address: 'ssh://deploy@app',
    seen: seen({ engine: 'app', version: '29.1.0', architecture: 'arm64', aheadMs: 40, tookMs: 100 }),
  },
  disk: seen({ freeBytes: 9e9, neededBytes: 2e9 }),
  left: [],
  images: [
    {
      ...{ services: ['api'], shipped: true, image: 'ghcr.io/acme/api', seen: seen('in-registry') },
      fromHost: { image: 'ghcr.io/acme/api:1', seen: seen({ platforms: ['linux/amd64', 'linux/arm64'] }) },
    },
    { services: ['cache'], shipped: false, image: 'redis:8.2', seen: seen('on-host'), fromHost: null },
  ],
  missingSecrets: [],
  database: {
    seen: seen({ reachable: true, version: 'PostgreSQL 18.1', connections: { allowed: 97, open: 12 } }),
    need: { count: 21, sum: '2 x api 10, 1 for migrator', unknown: [] },
  },
  live: {
    release: '1.0.0',
    services: [{ service: 'api', path: '/health', seen: seen({ saw: 'good', text: 'status 200' }) }],
  },
  names: [{ name: 'shop.example', port: 443, served: seen(certificate), file: null }],
  others: seen({ operators: [], unread: [] }),
}

const lineOf = (path: readonly string[]): number => (path[0] === 'services' ? 4 : 9)
const checked = (change: Partial<OnlineFacts>): Check[] => onlineChecks({ ...good, ...change }, lineOf)
const one = (change: Partial<OnlineFacts>, id: string): Check | undefined =>
  checked(change).find((check) => check.id === id && check.status !== 'pass')
const hostWith = (change: object): OnlineFacts['host'] =>
  ({
    ...good.host,
    seen: {
      ...good.host.seen,
      value: { ...('value' in good.host.seen ? good.host.seen.value : {}), ...change },
    },
  }) as OnlineFacts['host']

test('all is good where everything was seen to be, each at its line and with its environment', () => {
  expect(checked({}).map(({ id, status, line }) => `${id} ${status} ${line}`)).toEqual([
    'host pass 9',
    'host-clock pass 9',
    'host-disk pass 9',
    'images pass 4',
    'images pass 4',
    'host-images pass 4',
    'secret-values pass 9',
    'database pass 9',
    'connections pass 9',
    'live-health pass 4',
    'certificate pass 9',
    'second-operator pass 9',
  ])
  for (const { message, file, fix } of checked({}))
    expect([message.startsWith('staging: '), file, fix]).toEqual([true, 'towpath.yaml', null])
})

describe('what nobody could see', () => {
  const blind: [id: string, status: string, change: Partial<OnlineFacts>][] = [
    ['host', 'fail', { host: { ...good.host, seen: unseen('no way') } }],
    ['host-clock', 'unknown', { host: { ...good.host, seen: unseen('no way') } }],
    ['host-clock', 'unknown', { host: hostWith({ aheadMs: null }) }],
    ['host-disk', 'unknown', { disk: unseen('no way') }],
    ['images', 'fail', { images: [{ ...good.images[0]!, seen: unseen('no answer') }] }],
    ['images', 'unknown', { images: [{ ...good.images[1]!, seen: unseen('no answer') }] }],
    ['database', 'unknown', { database: { ...good.database!, seen: unseen('no way') } }],
    ['connections', 'unknown', { database: { ...good.database!, seen: unseen('no way') } }],
    [
      'live-health',
      'unknown',
      { live: { release: '1.0.0', services: [{ service: 'api', path: '/', seen: unseen('no edge') }] } },
    ],
    ['second-operator', 'unknown', { others: unseen('no way') }],
    ['second-operator', 'unknown', { others: seen({ operators: [], unread: ['/etc/cron.d/app'] }) }],
    [
      'certificate',
      'unknown',
      { names: [{ name: 'shop.example', port: 443, served: unseen('nothing listens'), file: null }] },
    ],
  ]
  test.each(blind)('is no pass of %s, and says what to do', (id, status, change) => {
    expect(checked(change).filter((check) => check.id === id && check.status === 'pass')).toEqual([])
    expect(one(change, id)).toMatchObject({ status, fix: expect.stringMatching(/./) })
  })
})

test('an edge whose image is nowhere is told before it is needed, with the option that names another', () => {
  const edge = { services: [], shipped: false, image: 'haproxy:2.6', fromHost: null }
  expect(one({ images: [{ ...edge, seen: seen('absent') }] }, 'images')).toMatchObject({
    ...{ status: 'fail', line: 9, message: expect.stringMatching(/no haproxy:2\.6, which the edge runs/) },
    fix: expect.stringMatching(/--edge-image/),
  })
  expect(one({ images: [{ ...edge, seen: unseen('no way') }] }, 'images')).toMatchObject({
    ...{ status: 'unknown', fix: expect.stringMatching(/--edge-image/) },
  })
  expect(checked({ images: [{ ...edge, seen: seen('on-host') }] })).toContainEqual(
    expect.objectContaining({ id: 'images', status: 'pass', message: expect.stringMatching(/of the edge/) }),
  )
})

test('what a person has to mend is told as the fault itself tells it', () => {
  const host = { ...good.host, seen: { at, unknown: 'another key.', fix: 'ssh-keygen -R app' } }
  expect(one({ host }, 'host')).toMatchObject({
    message: expect.stringMatching(/another key$/),
    fix: 'ssh-keygen -R app',
  })
})

test('what stands in the way to the host is told once, not with everything behind it', () => {
  const blind = unseen('another key')
  const checks = checked({ host: { ...good.host, seen: blind }, disk: blind })
  expect(checks.filter(({ message }) => message.includes('another key')).map(({ id }) => id)).toEqual([
    'host',
  ])
})

test('a clock is off only as far as the way there and back cannot explain', () => {
  fc.assert(
    fc.property(fc.integer({ min: -60_000, max: 60_000 }), fc.nat(120_000), (aheadMs, tookMs) => {
      const found = one({ host: hostWith({ aheadMs, tookMs }) }, 'host-clock')
      const way = aheadMs > 0 ? 'ahead of' : 'behind'
      const isOff = Math.abs(aheadMs) - tookMs / 2 > 5_000
      expect(found?.message.includes(way) ?? false).toBe(isOff)
    }),
  )
})

describe('what the host finds at the registry', () => {
  const found = (platforms: string[]) => ({
    images: [{ ...good.images[0]!, fromHost: { image: 'ghcr.io/acme/api:1', seen: seen({ platforms }) } }],
  })

  test('has to be for its platform, where the registry tells', () => {
    expect(one(found(['linux/amd64']), 'host-images')).toMatchObject({
      status: 'fail',
      message: 'staging: ghcr.io/acme/api:1 is for linux/amd64, and the host is linux/arm64',
    })
    for (const platforms of [[], ['linux/arm64/v8'], ['linux/amd64', 'linux/arm64']])
      expect(one(found(platforms), 'host-images')).toBeUndefined()
    expect(one(found(['linux/arm64be']), 'host-images')?.status).toBe('fail')
  })

  test('is a failure where the host alone gets nothing, and unknown where nobody gets to the host', () => {
    const images = [{ ...good.images[0]!, fromHost: { image: 'api:1', seen: unseen('no route') } }]
    expect(one({ images }, 'host-images')?.status).toBe('fail')
    const host = { ...good.host, seen: unseen('no route') }
    expect(one({ images, host }, 'host-images')?.status).toBe('unknown')
  })
})

test('an empty repository is a warning before the first deployment and a failure after it', () => {
  const images = [{ ...good.images[0]!, seen: seen('absent' as const) }]
  expect(one({ images, live: null }, 'images')?.status).toBe('warn')
  expect(one({ images }, 'images')?.status).toBe('fail')
})

test('an image that only the compose file names has to be somewhere', () => {
  const images = [{ ...good.images[1]!, seen: seen('absent' as const) }]
  expect(one({ images, live: null }, 'images')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('redis:8.2'),
  })
})

describe('connections', () => {
  const withRoom = (allowed: number, need: object) => ({
    database: {
      seen: seen({ reachable: true as const, version: 'PostgreSQL 18.1', connections: { allowed, open: 3 } }),
      need: { count: 21, sum: '2 x api 10', unknown: [], ...need },
    },
  })
  const statusOf = (change: Partial<OnlineFacts>) =>
    checked(change).find(({ id }) => id === 'connections')?.status

  test('fit up to what is allowed, and not one more', () => {
    expect(statusOf(withRoom(21, {}))).toBe('pass')
    expect(statusOf(withRoom(20, {}))).toBe('fail')
  })

  test('are not known where nobody said how many, unless what is known is too many', () => {
    expect(statusOf(withRoom(97, { unknown: ['worker'] }))).toBe('unknown')
    expect(statusOf(withRoom(20, { unknown: ['worker'] }))).toBe('fail')
  })
})

test('a secret that is missing comes with the command that sets it', () => {
  expect(one({ missingSecrets: ['MAIL_KEY', 'TOKEN'] }, 'secret-values')).toMatchObject({
    status: 'fail',
    message: 'staging: nobody sealed a value for MAIL_KEY, TOKEN',
    fix: 'towpath secrets set MAIL_KEY -e staging',
  })
})

test('what is live and answers otherwise fails; where the edge cannot be asked nothing is known', () => {
  const live = (saw: 'bad' | 'edge-down') => ({
    live: {
      release: '1.0.0',
      services: [{ service: 'api', path: '/up', seen: seen({ saw, text: 'status 404' }) }],
    },
  })
  expect(one(live('bad'), 'live-health')).toMatchObject({ status: 'fail' })
  expect(one(live('edge-down'), 'live-health')).toMatchObject({ status: 'unknown' })
})

test('a certificate that a client would refuse is a failure, at the port it was asked for', () => {
  const served = seen({ ...certificate, chain: { fault: 'self-signed' as const, code: 'X' } })
  expect(
    one({ names: [{ name: 'shop.example', port: 8443, served, file: null }] }, 'certificate'),
  ).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^staging: the certificate of shop.example:8443 is signed by itself/),
  })
})

test('a certificate that was renewed and is not served is told, with the file where it lies', () => {
  const newer = { ...certificate, notBefore: '2025-12-25T00:00:00Z', fingerprint: 'BB' }
  const withFile = (file: typeof certificate) => ({
    names: [{ ...good.names[0]!, file: { path: '/etc/tls/shop.pem', seen: { ...file, chain: null } } }],
  })
  expect(one(withFile(newer), 'certificate')).toMatchObject({
    status: 'warn',
    message: expect.stringMatching(/a newer one lies in \/etc\/tls\/shop.pem that is not served$/),
  })
  expect(one(withFile(certificate), 'certificate')).toBeUndefined()
})

test('a host that is left is named, with what takes away what runs there', () => {
  const left = [{ docker: 'ssh://deploy@old', takeAway: 'docker rm -f x' }]
  expect(one({ left }, 'hosts-left')).toMatchObject({
    status: 'warn',
    line: 9,
    message:
      'staging: ssh://deploy@old is none of its hosts any more, and nothing looks after what runs there',
    fix: 'when nothing asks it any more, take it away on that host: docker rm -f x',
  })
})
