const VERSION = /^v?(\d+(?:\.\d+)*)(.*)$/
const byNumber = new Intl.Collator('en', { numeric: true })

/**
 * The tags that look newest, newest first: versions before other words, a release before its own pre-releases. A registry
 * keeps no dates of tags, so this is a hint for people and never a decision.
 */
export function newestTags(tags: readonly string[], limit: number): string[] {
  return tags.toSorted(newestFirst).slice(0, limit)
}

function newestFirst(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)]
  if (left === null || right === null) {
    if (left === right) return byNumber.compare(a, b)
    return left === null ? 1 : -1
  }
  const [, leftNumbers = '', leftRest = ''] = left
  const [, rightNumbers = '', rightRest = ''] = right
  const order = byNumber.compare(rightNumbers, leftNumbers)
  if (order !== 0) return order
  if ((leftRest === '') !== (rightRest === '')) return leftRest === '' ? -1 : 1
  return byNumber.compare(rightRest, leftRest)
}
