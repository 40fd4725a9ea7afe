import { describe, expect, test } from 'vitest'
import { comparePair } from './compare-versions.ts'
import type { OrderName } from './order-name.ts'

/** Each chain goes up; what stands in one step is equal. */
const chains: Record<OrderName, (string | string[])[][]> = {
  deb: [
    // Debian Policy 5.6.12: the tilde example, and letters before other characters.
    ['1~~', '1~~a', '1~', ['1', '1-0', '0:1', '01', '1-00'], '1a', '1+', '1.'],
    [
      '1.0~rc1-1',
      ['1.0', '1.0-0'],
      '1.0-1~bpo12+1',
      '1.0-1',
      '1.0-1+deb12u1',
      '1.0-2',
      '1.0-10',
      '1.0.1-1',
      '1:0.1',
    ],
    ['1.2-a', '1.2-3-1'],
  ],
  apk: [
    // Suffixes in the order of apk-tools, before and after the release; letters; revisions.
    [
      '1_alpha',
      '1_alpha1',
      '1_beta',
      '1_pre',
      '1_rc',
      '1',
      '1-r1',
      '1_cvs',
      '1_svn',
      '1_git',
      '1_hg',
      '1_p',
      '1_p2',
      '1a',
      '1b',
      '1.0',
    ],
    ['0.1.0_alpha_pre2', '0.1.0_alpha', '0.1.0'],
    // A part that begins with 0 is a fraction; the first never is.
    ['1.01', '1.010', '1.02', '1.1', '1.2', '1.10', '006', '7'],
    ['1.3.5-r8', '1.3.5-r9', '1.3.5-r10'],
    ['1.0', '1.0bc'],
    ['4_beta', '23_foo'],
    ['5.7.1p1-r0', '5.7.1p1-r1', '5.7.1p2'],
    ['a', 'b', '.1', '.2', '1'],
  ],
  rpm: [
    // The manual's words on tilde and caret, with what rpmvercmp says of separators and leading zeros.
    [
      '1.0~rc1~git1',
      '1.0~rc1',
      '1.0~rc1^git1',
      ['1.0', '1_0', '1.00', '0:1.0'],
      '1.0^git1~pre',
      '1.0^git1',
      '1.0^git2',
      ['1.01', '1.1'],
      '1.1.0',
    ],
    ['a', 'b', '1', '1a', '1.1', '10', '1:0'],
    ['1', '1-', '1-0', '1-1', '1-1.el9', '1-2'],
    ['xyz.4', '2'],
    ['a:1', 'a1:1', 'a:2'],
  ],
  semver: [
    // Section 11 of semver.org.
    [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      ['1.0.0', '1.0.0+b1', '1.0.0+b2'],
      '1.0.1',
      '1.1.0',
      '2.0.0',
    ],
    ['0.0.0-0', '0.0.0-1', '0.0.0-A', '0.0.0-a', '0.0.0'],
    [['v1.2.3', '1.2.3'], 'v1.2.4'],
    ['9007199254740993.0.0', '9007199254740994.0.0', '90071992547409930.0.0'],
  ],
  pep440: [
    // PEP 440, "Summary of permitted suffixes and relative ordering", and its normalisations.
    [
      ['1.dev0', '1.0.dev'],
      '1.0.dev456',
      ['1.0a1', '1.0-ALPHA.1', 'v1.0alpha1'],
      '1.0a2.dev456',
      '1.0a12.dev456',
      '1.0a12',
      '1.0b1.dev456',
      '1.0b2',
      '1.0b2.post345.dev456',
      ['1.0b2.post345', '1b2-345'],
      '1.0rc1.dev456',
      ['1.0rc1', '1.0c1', '1.0pre1', '1.0-preview_1'],
      ['1.0', '1', '1.0.0', '0!1'],
      '1.0+abc.5',
      '1.0+abc.7',
      '1.0+5',
      '1.0.post456.dev34',
      ['1.0.post456', '1.0.r456', '1-456'],
      '1.0.15',
      '1.1.dev1',
      '2013.10',
      '1!1.0',
    ],
    ['1.0', '1.0+a', ['1.0+a.1', '1.0+A-1', '1.0+a_1'], '1.0+a.1.0', '1.0+1', '1.0+1.a', '1.0+1.1'],
  ],
}

describe.each(Object.entries(chains) as [OrderName, (string | string[])[][]][])('%s', (name, lists) => {
  const steps = lists.flatMap((list) =>
    list.flatMap((below, at) =>
      list.slice(at + 1).map((above): [string | string[], string | string[]] => [below, above]),
    ),
  )

  test.each(lists)('goes up from %s', (...list) => {
    for (const [at, below] of list.entries())
      for (const above of list.slice(at + 1))
        for (const a of [below].flat())
          for (const b of [above].flat()) {
            expect(`${a} ${comparePair(name, `${a} ${b}`, 1) as string} ${b}`).toBe(`${a} < ${b}`)
            expect(`${b} ${comparePair(name, `${b} ${a}`, 1) as string} ${a}`).toBe(`${b} > ${a}`)
          }
    expect(steps.length).toBeGreaterThan(0)
  })

  test('knows what is equal', () => {
    for (const equal of lists.flat().filter((step) => Array.isArray(step)))
      for (const a of equal)
        for (const b of equal)
          expect(`${a} ${comparePair(name, `${a} ${b}`, 1) as string} ${b}`).toBe(`${a} = ${b}`)
  })
})

const unreadable: [OrderName, string, RegExp][] = [
  ['deb', '', /0 words/],
  ['deb', '1.0', /1 word,/],
  ['deb', '1 2 3', /3 words/],
  ['deb', '1.0 a:1', /a:1 is no deb version/],
  ['deb', '1.0 1.0-', /no deb version/],
  ['deb', '1: 1', /1: is no deb version/],
  ['deb', '1_0 1', /1_0/],
  ['apk', 'foo 1', /foo is no apk version/],
  ['rpm', '1:-1 1', /no rpm version/],
  ['semver', '1.0 1.0.0', /1\.0 is no semver version/],
  ['semver', '1.0.0 01.0.0', /01\.0\.0/],
  ['semver', '1.0.0-01 1.0.0', /1\.0\.0-01/],
  ['pep440', '1.0 1.0-x', /1\.0-x is no pep440 version/],
  ['pep440', '1.0+ 1.0', /no pep440/],
]
test.each(unreadable)('%s cannot read "%s", and says why', (name, pair, why) => {
  const told = comparePair(name, pair, 12)
  expect(told).toMatchObject({ line: 12, problem: expect.stringMatching(why) })
})
