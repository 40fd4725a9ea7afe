import { expect, test } from 'vitest'
import { secretPlaceholder } from './secret-placeholder.ts'
import { followReference } from './value-reference.ts'

const settings = new Map([['DOMAIN', 'example.com']])

test('a secret becomes its placeholder, a setting its value, text stays', () => {
  expect(followReference('secret:DATABASE_URL', settings)).toEqual({
    ok: true,
    text: secretPlaceholder('DATABASE_URL'),
  })
  expect(followReference('var:DOMAIN', settings)).toEqual({ ok: true, text: 'example.com' })
  expect(followReference('postgres://db/app', settings)).toEqual({ ok: true, text: 'postgres://db/app' })
})

test('a reference is a whole value or none', () => {
  expect(followReference('x secret:A', settings)).toEqual({ ok: true, text: 'x secret:A' })
})

test('a setting that is not set is named', () => {
  expect(followReference('var:NOWHERE', settings)).toEqual({ ok: false, missingSetting: 'NOWHERE' })
})
