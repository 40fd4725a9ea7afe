import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAIR_LENGTH_MAX, comparePair, versionOrders } from './compare-versions.ts'
import { VERSION_LENGTH_MAX } from './order.ts'
import { orderNames } from './order-name.ts'
import type { OrderName } from './order-name.ts'

const digits = fc.oneof(
  fc.nat({ max: 3 }).map(String),
  fc.constantFrom('00', '01', '10', '010', '99999999999999999999999'),
)
const joined = (parts: Arbitrary<string>, most: number): Arbitrary<string> =>
  fc.array(parts, { minLength: 1, maxLength: most }).map((texts) => texts.join(''))
const maybe = (text: Arbitrary<string>): Arbitrary<string> => fc.oneof(fc.constant(''), text)
const all = (...parts: Arbitrary<string>[]): Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''))
const words = (...texts: string[]): Arbitrary<string> => fc.constantFrom(...texts)
const plain = fc.nat({ max: 12 }).map(String)

/** Versions from few letters, so that two of them are often alike up to somewhere. */
const someVersion: Readonly<Record<OrderName, Arbitrary<string>>> = {
  deb: all(
    maybe(words('0:', '1:', '01:')),
    digits,
    maybe(joined(fc.oneof(digits, words('.', '+', '~', 'a', 'B', '~~')), 5)),
    maybe(words('-0', '-1', '-1~bpo', '-1+deb12u1', '-a')),
  ),
  rpm: all(
    maybe(words('0:', '2:')),
    joined(fc.oneof(digits, words('.', '_', '+', '~', '^', 'a', 'rc', 'é')), 6),
    maybe(words('-', '-1', '-1.el9', '-1^x')),
  ).filter((text) => !/^(?:\d+:)?(?:-|$)/.test(text)),
  apk: all(
    digits,
    maybe(
      joined(
        fc.oneof(all(words('.'), digits), words('.', 'a', 'bc', '_alpha', '_p', '_p1', '_rc01', '_foo')),
        4,
      ),
    ),
    maybe(words('~ab', '~abc')),
    maybe(words('-r0', '-r1', '-r', '-r01', '-r1-')),
  ),
  semver: all(
    joined(plain, 1),
    words('.0.', '.1.', '.10.'),
    plain,
    maybe(
      all(words('-'), words('0', '1', 'a', 'A', '1a', '-', 'a.1', 'a.b', 'a.1.0', '99999999999999999999')),
    ),
    maybe(words('+1', '+a.b')),
  ),
  pep440: all(
    maybe(words('0!', '1!', 'v')),
    digits,
    maybe(joined(all(words('.'), digits), 3)),
    maybe(words('a1', '-alpha.2', 'b', 'rc1', '.preview_1', 'c2')),
    maybe(words('.post', '-1', 'rev3', '.post2')),
    maybe(words('.dev', '.dev3', 'DEV01')),
    maybe(words('+a', '+1', '+1.a', '+a.1', '+a-1.0')),
  ),
}

describe.each(orderNames)('the order of %s', (name) => {
  const { compare, isVersion } = versionOrders[name]
  const version = someVersion[name]

  test('reads what its own grammar makes, and equals itself', () => {
    fc.assert(
      fc.property(version, (a) => {
        expect(isVersion(a)).toBe(true)
        expect(compare(a, a)).toBe(0)
      }),
    )
  })

  test('turns around with its sides', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect((compare(a, b) ?? NaN) + (compare(b, a) ?? NaN)).toBe(0)
      }),
    )
  })

  test('has no circles: what is at most the middle is at most what the middle is', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 3, maxLength: 8 }), (versions) => {
        const sorted = versions.toSorted((a, b) => compare(a, b) ?? NaN)
        for (const [at, a] of sorted.entries())
          for (const b of sorted.slice(at + 1)) expect(compare(a, b)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 300 },
    )
  })

  test('treats equal versions alike against every third', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        fc.pre(compare(a, b) === 0)
        expect(compare(a, c)).toBe(compare(b, c))
      }),
      { numRuns: 30, maxSkipsPerRun: 10_000 },
    )
  })

  test('never throws, and says nothing of what is no version', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), version, (text, a) => {
        expect(compare(text, a) === null).toBe(!isVersion(text))
      }),
    )
  })

  test('does not look at a text longer than any version', () => {
    expect(isVersion('1'.repeat(VERSION_LENGTH_MAX))).toBe(name !== 'semver')
    expect(isVersion('1'.repeat(VERSION_LENGTH_MAX + 1))).toBe(false)
    expect(comparePair(name, '1'.repeat(PAIR_LENGTH_MAX + 1), 7)).toMatchObject({ line: 7 })
  })
})

test('Debian versions are ordered as dpkg orders them', (context) => {
  if (spawnSync('dpkg', ['--version']).status !== 0) context.skip('dpkg is not here')
  const pairs = fc.sample(fc.tuple(someVersion.deb, someVersion.deb), { numRuns: 150, seed: 1 })
  // One process asks dpkg about all of them; it answers each question by its exit code.
  const script = pairs
    .map(
      ([a, b]) =>
        `if dpkg --compare-versions '${a}' lt '${b}' 2>/dev/null; then echo '<'; elif dpkg --compare-versions '${a}' eq '${b}' 2>/dev/null; then echo '='; else echo '>'; fi`,
    )
    .join('\n')
  const told = spawnSync('sh', { input: script, encoding: 'utf8' }).stdout.trim().split('\n')
  const differing = pairs.filter(([a, b], at) => comparePair('deb', `${a} ${b}`, at) !== told[at])
  expect(told).toHaveLength(pairs.length)
  expect(differing).toEqual([])
})
