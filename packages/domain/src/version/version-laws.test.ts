import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import semver from 'semver'
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

type Pair = readonly [string, string]

/** What an ecosystem's own program says of pairs: `<`, `=` or `>` each; null where it is not on this machine. */
type Oracle = (pairs: readonly Pair[]) => string[] | null

/** `TOWPATH_ORACLE_PAIRS=20000 TOWPATH_SEED=7` asks about more, and others. */
const [count, seed] = [
  Number(process.env['TOWPATH_ORACLE_PAIRS'] ?? 150),
  Number(process.env['TOWPATH_SEED'] ?? 1),
]

const isHere = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0

const linesOf = (program: string, args: readonly string[], input = ''): string[] =>
  spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    .stdout.trim()
    .split('\n')

const asLines = (pairs: readonly Pair[]): string => pairs.map((pair) => `${pair.join(' ')}\n`).join('')

/** It answers each question by its exit code; one process asks about all of them. */
const dpkg: Oracle = (pairs) => {
  if (!isHere('dpkg', '--version')) return null
  const asks = (a: string, word: string, b: string): string =>
    `dpkg --compare-versions '${a}' ${word} '${b}' 2>/dev/null`
  const script = pairs.map(
    ([a, b]) =>
      `if ${asks(a, 'lt', b)}; then echo '<'; elif ${asks(a, 'eq', b)}; then echo '='; else echo '>'; fi`,
  )
  return linesOf('sh', [], script.join('\n'))
}

/** RPM's own Lua reads the pairs from a file, since a macro would read its text. */
const rpm: Oracle = (pairs) => {
  if (!isHere('rpm', '--eval', '%{lua: rpm.ver("1")}')) return null
  const folder = mkdtempSync(join(tmpdir(), 'towpath-rpm-'))
  try {
    const file = join(folder, 'pairs')
    writeFileSync(file, asLines(pairs))
    const script = `for l in io.lines("${file}") do
      local at = string.find(l, " ", 1, true)
      local a, b = rpm.ver(string.sub(l, 1, at - 1)), rpm.ver(string.sub(l, at + 1))
      print((a < b and "<" or (b < a and ">" or "=")) .. "\\n")
    end`
    return linesOf('rpm', ['--eval', `%{lua: ${script}}`]).filter((text) => text !== '')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const packaging: Oracle = (pairs) => {
  if (!isHere('python3', '-c', 'import packaging.version')) return null
  const script = `
import sys
from packaging.version import Version
for line in sys.stdin:
    a, b = (Version(text) for text in line.split())
    print('<' if a < b else '>' if b < a else '=')
`
  return linesOf('python3', ['-c', script], asLines(pairs))
}

const apk: Oracle = (pairs) => {
  // apk-tools 2 orders some versions otherwise.
  if (!linesOf('sh', ['-c', 'apk --version']).join().startsWith('apk-tools 3')) return null
  return pairs.flatMap(([a, b]) => linesOf('apk', ['version', '-t', a, b]))
}

const npm: Oracle = (pairs) => pairs.map(([a, b]) => '<=>'.charAt(semver.compare(a, b) + 1))

const oracles: Readonly<Record<OrderName, { by: string; ask: Oracle }>> = {
  deb: { by: 'dpkg --compare-versions', ask: dpkg },
  rpm: { by: 'rpm', ask: rpm },
  apk: { by: 'apk version -t', ask: apk },
  semver: { by: "npm's semver", ask: npm },
  pep440: { by: "Python's packaging", ask: packaging },
}

test.for(Object.entries(oracles) as [OrderName, { by: string; ask: Oracle }][])(
  'the order of %s is that of the program that installs by it',
  ([name, { by, ask }], context) => {
    const ascii = someVersion[name].filter((version) => /^[!-~]+$/.test(version))
    const pairs = fc.sample(fc.tuple(ascii, ascii), { numRuns: count, seed })
    const told = ask(pairs)
    if (told === null) return context.skip(`${by} is not here`)
    const differing = pairs.flatMap(([a, b], at) => {
      const own = comparePair(name, `${a} ${b}`, at)
      return own === told[at] ? [] : [`${a} ${b}: ${JSON.stringify(own)}, and ${by} says ${told[at]}`]
    })
    expect(told).toHaveLength(pairs.length)
    expect(differing).toEqual([])
  },
)
