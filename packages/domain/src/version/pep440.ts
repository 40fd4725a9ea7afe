import { compareDigits, compareText } from './order.ts'
import type { VersionOrder } from './order.ts'

export interface PythonVersion {
  epoch: string
  /** Without the zeros that end it: `1.0` is `1`. */
  release: readonly string[]
  prerelease: { phase: 'a' | 'b' | 'rc'; count: string } | null
  post: string | null
  dev: string | null
  local: readonly string[]
}

const shape =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

/** Versions of Python packages as PEP 440 reads, normalises and orders them, local versions included. */
export const pep440Order: VersionOrder<PythonVersion> = {
  expects: '[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], as PEP 440 says',
  read: (text) => {
    const match = shape.exec(text.trim().toLowerCase())
    if (match === null) return null
    const [, epoch = '0', release = '', phase, count, shortPost, post, postCount, dev, devCount, local] =
      match
    return {
      epoch,
      release: release.replace(/(?:\.0+)+$/, '').split('.'),
      prerelease: phase === undefined ? null : { phase: phaseOf(phase), count: count || '0' },
      post: shortPost ?? numberBehind(post, postCount),
      dev: numberBehind(dev, devCount),
      local: local?.split(/[-_.]/) ?? [],
    }
  },
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    phaseRank(a) - phaseRank(b) ||
    compareDigits(a.prerelease?.count ?? '0', b.prerelease?.count ?? '0') ||
    compareOptional([a.post, b.post], -1) ||
    compareOptional([a.dev, b.dev], 1) ||
    compareLocals(a.local, b.local),
}

/** A word without a number behind it means 0. */
const numberBehind = (word: string | undefined, count: string | undefined): string | null =>
  word === undefined ? null : count || '0'

function phaseOf(word: string): 'a' | 'b' | 'rc' {
  if (word.startsWith('a')) return 'a'
  return word.startsWith('b') ? 'b' : 'rc'
}

function compareReleases(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const result = compareDigits(a[at] ?? '0', b[at] ?? '0')
    if (result !== 0) return result
  }
  return 0
}

/** A development release of the release itself comes before its first alpha. */
function phaseRank({ prerelease, post, dev }: PythonVersion): number {
  if (prerelease !== null) return ['a', 'b', 'rc'].indexOf(prerelease.phase)
  return post === null && dev !== null ? -1 : 3
}

/** Where only one has a number, `missing` says whether the one without is below (-1) or above (1). */
function compareOptional([a, b]: readonly [string | null, string | null], missing: 1 | -1): number {
  if (a === null || b === null) return (Number(a === null) - Number(b === null)) * missing
  return compareDigits(a, b)
}

/** None is below any; text is below a number; of two that begin alike the longer is above. */
function compareLocals(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [ours, theirs] = [a[at] ?? '', b[at] ?? '']
    const [isNumber, isNumberToo] = [/^\d+$/.test(ours), /^\d+$/.test(theirs)]
    const same = isNumber ? compareDigits(ours, theirs) : compareText(ours, theirs)
    const result = Number(isNumber) - Number(isNumberToo) || same
    if (result !== 0) return result
  }
  return a.length - b.length
}
