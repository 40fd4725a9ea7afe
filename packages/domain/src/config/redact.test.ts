import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestForm, redactor } from './redact.ts'

const secret = fc.string({ minLength: 4, maxLength: 40 }).filter((value) => value.trim().length >= 4)

describe('redactor', () => {
  it('lets no secret value survive, wherever it stands and whatever stands beside it', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 6 }),
        fc.array(fc.oneof(fc.string(), fc.nat({ max: 5 }), fc.constant('•')), { maxLength: 12 }),
        (values, parts) => {
          const text = parts
            .map((part) => (typeof part === 'number' ? values[part % values.length] : part))
            .join('')
          const clean = redactor(values)(text)
          return values.every((value) => !clean.includes(value))
        },
      ),
    )
  })

  it('lets no value survive in the encodings that programs print', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 9, maxLength: 40 }).filter((value) => value.trim().length >= 9),
        fc.string(),
        (value, before) => {
          const forms = [
            encodeURIComponent(value),
            JSON.stringify(value).slice(1, -1),
            Buffer.from(value).toString('hex'),
            Buffer.from(value).toString('base64'),
            Buffer.from(value).toString('base64url'),
          ]
          const clean = redactor([value])(forms.map((form) => `${before} ${form}`).join('\n'))
          return forms.every((form) => !clean.includes(form))
        },
      ),
    )
  })

  it('leaves text without secrets as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-m ]*$/), fc.stringMatching(/^[n-z]{4,9}$/), (text, value) => {
        expect(redactor([value])(text)).toBe(text)
      }),
    )
  })

  it('hides a password inside basic credentials, whose base64 starts in the middle of a byte group', () => {
    const header = Buffer.from('deploy:correct-horse-battery').toString('base64')
    const clean = redactor(['correct-horse-battery'])(`Authorization: Basic ${header}`)
    expect(clean).toBe('Authorization: Basic ZGVwbG95Om•••Q==')
  })

  it('hides the password of a URL on its own, encoded and decoded', () => {
    const hide = redactor(['postgres://app:p%40ss-word@db:5432/app'])
    expect(hide('login app with p@ss-word')).toBe('login app with •••')
    expect(hide('login app with p%40ss-word')).toBe('login app with •••')
  })

  it('hides every line of a multi-line value, because logs come line by line', () => {
    const hide = redactor(['-----BEGIN KEY-----\nMIIEvQIBADAN\n-----END KEY-----'])
    expect(hide('key MIIEvQIBADAN')).toBe('key •••')
  })

  it('hides overlapping values whole', () => {
    expect(redactor(['abcd', 'cdef'])('x abcdef y')).toBe('x ••• y')
  })

  it('leaves values under four characters alone', () => {
    expect(redactor(['on', '80', ''])('on port 80')).toBe('on port 80')
  })

  it('tells how much a stream must hold back', () => {
    expect(longestForm([])).toBe(0)
    expect(longestForm(['correct-horse'])).toBe(Buffer.from('correct-horse').toString('hex').length)
  })
})
