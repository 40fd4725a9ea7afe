import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { errorPage, errorSites } from './error-catalogue.ts'
import { errorPagePath, readErrorSites } from './error-page.ts'

test('docs/errors.md is what the source says (npm run docs:errors writes it)', () => {
  expect(readFileSync(errorPagePath, 'utf8')).toBe(errorPage(readErrorSites()))
})

describe('an error in the source', () => {
  const source = `
    throw new TowpathError({
      code: cold ? 'IMAGE_NOT_FOUND' : 'IMAGE_GONE',
      kind: 'not-found',
      message: \`registry has no \${build.digest} of \${names.join(', ')}\` + ' today',
      hint: \`run: towpath status\`,
    })
    fail({ code: problem.code, message: problem.title })
    socket.end({ code: 'ECONNRESET' })
    issue({ code: 'custom', message: 'x' })
  `
  const [first, second, ...others] = errorSites('packages/app/src/x.ts', source)

  test('is read with its kind, message, hint and the parts filled in at run time', () => {
    expect(first).toEqual({
      code: 'IMAGE_NOT_FOUND',
      kind: 'not-found',
      message: 'registry has no <build.digest> of <...> today',
      hint: 'run: towpath status',
      file: 'packages/app/src/x.ts',
    })
  })

  test('with two possible codes is two errors; what only passes an error on is none', () => {
    expect(second?.code).toBe('IMAGE_GONE')
    expect(others).toEqual([])
  })

  test('has one section however many places make it', () => {
    const page = errorPage(errorSites('packages/app/src/y.ts', source + source))
    expect(page.match(/^## /gm)).toHaveLength(2)
    expect(page.match(/says: /g)).toHaveLength(2)
  })
})
