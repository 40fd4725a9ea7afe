import { compareDigits, compareText } from './order.ts'
import type { VersionOrder } from './order.ts'

/** One part of a version. Where two versions part ways, the kind decides first. */
interface ApkToken {
  kind: Kind
  text: string
}

/** From what makes a version smallest to what makes it biggest; `end` is where the version is over. */
const kinds = [
  'before',
  'broken',
  'end',
  'revision',
  'commit',
  'count',
  'after',
  'letter',
  'part',
  'first',
] as const
type Kind = (typeof kinds)[number]

const suffixesBefore = ['alpha', 'beta', 'pre', 'rc']
const suffixesAfter = ['cvs', 'svn', 'git', 'hg', 'p']

/**
 * Versions of Alpine packages, `1.2.3a_suffix1~commit-r4`, in the order of apk-tools 3. A text that begins as a version
 * and goes on as none is read up to there, as apk does; the rest is below the end of a version and all rests are equal.
 */
export const apkOrder: VersionOrder<readonly ApkToken[]> = {
  expects: 'digits first, as in 1.2.3a_rc1-r4',
  read: (text) => {
    const first = /^\d*/.exec(text)?.[0] ?? ''
    const rest = tokensOf(text.slice(first.length))
    // apk takes a missing first number for 0, so `.1` and `a` are versions to it; other words are none.
    const isVersion = first !== '' || (rest.length > 0 && rest.every(({ kind }) => kind !== 'broken'))
    return isVersion ? [{ kind: 'first', text: first }, ...rest] : null
  },
  compare: (a, b) => {
    const end: ApkToken = { kind: 'end', text: '' }
    for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
      const result = compareTokens(a[at] ?? end, b[at] ?? end)
      if (result !== 0) return result
    }
    return 0
  },
}

/** What may follow a token, tried at the rest of the text in the order of the grammar. */
const grammar: readonly { kind: Kind; shape: RegExp; follows: (kind: Kind) => boolean }[] = [
  { kind: 'part', shape: /^\.(\d+)/, follows: (kind) => kind === 'first' || kind === 'part' },
  { kind: 'letter', shape: /^([a-z])/, follows: (kind) => kind === 'first' || kind === 'part' },
  // apk 3 no longer takes `5.7p1`; packages of its time are still called so.
  { kind: 'part', shape: /^(\d+)/, follows: (kind) => kind === 'letter' },
  {
    kind: 'after',
    shape: /^_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])/,
    follows: (kind) => kind !== 'commit' && kind !== 'revision',
  },
  { kind: 'count', shape: /^(\d+)/, follows: (kind) => kind === 'before' || kind === 'after' },
  { kind: 'commit', shape: /^~([0-9a-f]+)/, follows: (kind) => kind !== 'commit' && kind !== 'revision' },
  { kind: 'revision', shape: /^-r(\d*)/, follows: (kind) => kind !== 'revision' },
]

function tokensOf(text: string): ApkToken[] {
  const tokens: ApkToken[] = []
  let rest = text
  let last: Kind = 'first'
  while (rest !== '') {
    const found = nextToken(rest, last)
    tokens.push(found.token)
    if (found.token.kind === 'broken') return tokens
    last = found.token.kind
    rest = rest.slice(found.length)
  }
  return tokens
}

function nextToken(rest: string, last: Kind): { token: ApkToken; length: number } {
  for (const { kind, shape, follows } of grammar) {
    const match = follows(last) ? shape.exec(rest) : null
    if (match === null) continue
    const text = match[1] ?? ''
    const isBefore = kind === 'after' && suffixesBefore.includes(text)
    return { token: { kind: isBefore ? 'before' : kind, text }, length: match[0].length }
  }
  return { token: { kind: 'broken', text: '' }, length: rest.length }
}

function compareTokens(a: ApkToken, b: ApkToken): number {
  if (a.kind !== b.kind) return kinds.indexOf(a.kind) - kinds.indexOf(b.kind)
  switch (a.kind) {
    case 'first':
    case 'count':
    case 'revision':
      return compareDigits(a.text, b.text)
    case 'part':
      // A part that begins with 0 is a fraction: it is compared as text.
      return [a, b].some(({ text }) => text.startsWith('0'))
        ? compareText(a.text, b.text)
        : compareDigits(a.text, b.text)
    case 'before':
      return suffixesBefore.indexOf(a.text) - suffixesBefore.indexOf(b.text)
    case 'after':
      return suffixesAfter.indexOf(a.text) - suffixesAfter.indexOf(b.text)
    case 'letter':
    case 'commit':
      return compareText(a.text, b.text)
    case 'broken':
    case 'end':
      return 0
  }
}
