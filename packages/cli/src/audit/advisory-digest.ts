import { createHash } from 'node:crypto'

/** `sha256:` over every line by ecosystem, so that the same data has the same digest however it came. */
export function digestOf(lines: ReadonlyMap<string, readonly string[]>): string {
  const hash = createHash('sha256')
  for (const [ecosystem, own] of lines) hash.update(`${ecosystem}\n${own.join('\n')}\n`)
  return `sha256:${hash.digest('hex')}`
}
