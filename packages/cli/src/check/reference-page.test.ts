import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { onlineCheckIds } from '@towpath/domain/adoption/online/online-answer.ts'
import { traps } from '@towpath/domain/adoption/traps.ts'

const page = readFileSync(new URL('../../../../docs/reference/checks.md', import.meta.url), 'utf8')

test('the reference page has every check, in the order in which they are told, and no other', () => {
  const own = ['config', 'compose', 'settings', 'secrets', 'readable', 'clock']
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1])
  const linted = [...traps.map(({ id }) => id), 'certificate']
  expect(listed).toEqual([...own, ...linted, ...onlineCheckIds])
})
