import { Visitor, parseSync } from 'oxc-parser'

import type { Finding } from './direction.ts'

/**
 * Readings of the machine's clock that a lint rule on names cannot see: `new Date()`, `Date()`, `Temporal.Now`.
 * The domain takes the time as an argument, so that a decision can be replayed.
 */
export const findClockReads = (path: string, source: string): Finding[] => {
  const found: Finding[] = []
  const report = (what: string, start: number) => {
    const line = source.slice(0, start).split('\n').length
    found.push({
      where: `${path}:${line}`,
      what: `${what} reads the clock`,
      fix: 'take the time as an argument',
    })
  }
  new Visitor({
    NewExpression: ({ callee, arguments: given, start }) => {
      if (callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0)
        report('new Date()', start)
    },
    CallExpression: ({ callee, start }) => {
      if (callee.type === 'Identifier' && callee.name === 'Date') report('Date()', start)
    },
    MemberExpression: ({ object, property, start }) => {
      const names = [object, property].map((node) => (node.type === 'Identifier' ? node.name : ''))
      if (names.join('.') === 'Temporal.Now') report('Temporal.Now', start)
    },
  }).visit(parseSync(path, source).program)
  return found
}
