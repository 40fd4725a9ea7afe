import { isAbsolute, join, normalize } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readProjectFiles } from './project-files.ts'

const piece = fc.oneof(
  fc.constantFrom('..', '.', '', 'conf', 'a b', '..x', 'x..', '\\', '/', 'C:', '\0', '\u2028'),
  fc.string(),
)

const isTaken = (path: string): boolean => {
  try {
    return readProjectFiles({ [path]: 'AAAA' }).has(path)
  } catch {
    return false
  }
}

const staysInside = (path: string): boolean =>
  !isAbsolute(path) && normalize(path) === path && join('/project', path).startsWith('/project/')

test('a path that is taken stays inside the project and is written in one way only', () => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
      const path = pieces.join('/')
      expect(!isTaken(path) || staysInside(path)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('a path that leads out is refused by name', () => {
  expect(() => readProjectFiles({ 'conf/../../x': 'AAAA' })).toThrow(
    expect.objectContaining({ code: 'FILE_PATH_REFUSED', kind: 'usage' }),
  )
})

test('files of ordinary projects are taken, byte for byte', () => {
  const bytes = Buffer.from([0, 1, 254, 255])
  for (const path of ['towpath.yaml', 'env/production.env', 'nginx/conf.d/app.conf', '.env', 'a/b.c/ü x-1_2'])
    expect(readProjectFiles({ [path]: bytes.toString('base64') }).get(path)).toEqual(bytes)
})

test('more files than a release may bring are refused', () => {
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`f${index}`, 'AAAA']))
  expect(() => readProjectFiles(many)).toThrow(expect.objectContaining({ code: 'FILES_TOO_MANY' }))
})
