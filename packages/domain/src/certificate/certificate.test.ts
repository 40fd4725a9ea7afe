import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNginx } from '../repository/nginx-conf.ts'
import { expiryLevels, judgeCertificate } from './judge-certificate.ts'
import { pathOutside } from './path-outside.ts'
import { isForName } from './seen-certificate.ts'
import type { SeenCertificate } from './seen-certificate.ts'
import { tlsNames, tlsNamesOf } from './tls-names.ts'

const dayMs = 86_400_000
const start = Date.parse('2026-01-01T00:00:00Z')
const at = (ms: number): string => new Date(ms).toISOString()
const seenFor = (days: number, change: Partial<SeenCertificate> = {}): SeenCertificate => ({
  ...{ names: ['shop.example'], issuer: 'An Authority', fingerprint: 'AA', chain: null },
  ...{ notBefore: at(start), notAfter: at(start + days * dayMs) },
  ...change,
})
const judged = (seen: SeenCertificate, nowMs: number) =>
  judgeCertificate(seen, { name: 'shop.example', now: at(nowMs) })

describe('how long a certificate lasts', () => {
  test.each([
    [22, 'pass'],
    [21, 'pass'],
    [20, 'warn'],
    [7, 'warn'],
    [6, 'fail'],
    [0, 'fail'],
  ])('of 90 days, with %i left, is a %s', (left, status) => {
    expect(judged(seenFor(90), start + (90 - left) * dayMs).status).toBe(status)
  })

  test('one that lives six days is no failure all its life', () => {
    expect(judged(seenFor(6), start).status).toBe('pass')
    expect(judged(seenFor(6), start + 3 * dayMs).status).toBe('pass')
  })

  test('it only ever gets worse with time, and passes nowhere outside its own', () => {
    const rank = { pass: 0, warn: 1, fail: 2 }
    const days = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(days, fc.nat(500), fc.nat(500), (lives, one, other) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)]
        const seen = seenFor(lives)
        const statusAt = (day: number) => judged(seen, start + day * dayMs).status
        expect(rank[statusAt(early)]).toBeLessThanOrEqual(rank[statusAt(late)])
        expect(late < lives || statusAt(late) === 'fail').toBe(true)
        expect(judged(seen, start - 1).status).toBe('fail')
        const { warnMs, failMs } = expiryLevels(seen)
        expect(failMs).toBeLessThan(warnMs)
      }),
    )
  })
})

test('every fault is told, each with what mends it', () => {
  const seen = seenFor(90, { names: ['other.example'], chain: { fault: 'incomplete', code: 'X' } })
  const { status, says, fix } = judged(seen, start + 100 * dayMs)
  expect(status).toBe('fail')
  expect(says).toMatch(
    /ran out on 2026-04-01, 10 days ago; is for other.example and not for shop.example; comes without/,
  )
  expect(fix).toMatch(/renew/)
  for (const fault of ['self-signed', 'incomplete', 'untrusted', 'outdated', 'other'] as const)
    expect(judged(seenFor(90, { chain: { fault, code: 'X' } }), start + dayMs)).toMatchObject({
      status: 'fail',
      fix: expect.stringMatching(/./),
    })
})

test('a path of a container is found on its host by the deepest mount around it', () => {
  const bind = (source: string, target: string) =>
    ({ type: 'bind', source, target, readOnly: true, createHostPath: false }) as const
  const volume = { type: 'volume', source: 'tls', target: '/etc/tls', readOnly: true } as const
  const mounts = [bind('/srv/shop/nginx', '/etc/nginx'), bind('/etc/letsencrypt/', '/etc/nginx/le'), volume]
  const outside = (path: string) => pathOutside(path, mounts)
  expect(outside('/etc/nginx/le/live/shop/fullchain.pem')).toBe('/etc/letsencrypt/live/shop/fullchain.pem')
  expect(outside('/etc/nginx/shop.pem')).toBe('/srv/shop/nginx/shop.pem')
  expect(outside('/etc/nginx2/shop.pem')).toBe('/etc/nginx2/shop.pem')
  expect(outside('/etc/tls/shop.pem')).toBeNull()
})

test('a star stands for one label and no more', () => {
  const star = { names: ['*.shop.example', 'Shop.example'] }
  expect(['a.shop.example', 'A.SHOP.example.', 'shop.example'].map((name) => isForName(star, name))).toEqual([
    ...[true, true, true],
  ])
  expect(['a.b.shop.example', 'xshop.example', '.shop.example'].map((name) => isForName(star, name))).toEqual(
    [...[false, false, false]],
  )
})

const nginxFile = (path: string, text: string) => ({ path, text, directives: readNginx(text).directives })

test('names that nginx serves by TLS, once each, and nothing that nobody can ask for', () => {
  const text = `
    ssl_certificate /etc/tls/all.pem;
    server { listen 80; server_name plain.example; }
    server { listen [::]:443 ssl; listen 443 ssl; server_name shop.example www.shop.example;
             ssl_certificate /etc/letsencrypt/live/shop/fullchain.pem; }
    server { listen 443 ssl; server_name shop.example *.any.example ~^x _ $host; }
    http { server { listen 8443 ssl http2; server_name Admin.example; } }`
  expect(tlsNames([nginxFile('nginx/a.conf', text)])).toMatchObject([
    { name: 'shop.example', port: 443, certificate: '/etc/letsencrypt/live/shop/fullchain.pem', line: 4 },
    { name: 'www.shop.example', port: 443 },
    { name: 'admin.example', port: 8443, certificate: '/etc/tls/all.pem' },
  ])
})

test('an environment has its own names, and none of a file that it or another has replaced', () => {
  const server = (name: string) => `server { listen 443 ssl; server_name ${name}; }`
  const names = tlsNames([
    nginxFile('nginx/conf.d/a.conf', server('shop.example')),
    nginxFile('nginx/staging/a.conf', server('staging.shop.example')),
  ])
  const none = { domains: {}, paths: {}, otherPaths: [] }
  const staging = { './nginx/conf.d': './nginx/staging' }
  const seen = (place: Parameters<typeof tlsNamesOf>[1]) => tlsNamesOf(names, place).map(({ name }) => name)
  expect(seen({ ...none, otherPaths: [staging] })).toEqual(['shop.example'])
  expect(seen({ ...none, paths: staging })).toEqual(['staging.shop.example'])
  expect(seen({ ...none, domains: { 'shop.example': 'test.example' }, otherPaths: [staging] })).toEqual([
    'test.example',
  ])
})
