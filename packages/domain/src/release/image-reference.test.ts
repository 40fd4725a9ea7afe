import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatImageReference,
  imageReference,
  isImageDigest,
  parseImageReference,
  pinnedTo,
} from './image-reference.ts'

const DIGEST = `sha256:${'0f'.repeat(32)}`

const component = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/)
const reference = fc.record({
  domain: fc.oneof(
    fc.constantFrom('localhost', 'registry.example', '127.0.0.1:5000', '[::1]:5000', 'docker.io'),
    fc.stringMatching(/^[a-z0-9]{1,5}\.[a-z]{2,4}(:[0-9]{1,5})?$/),
  ),
  path: fc.array(component, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/')),
  tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)),
  digest: fc.option(fc.constant(DIGEST)),
})

describe('parseImageReference', () => {
  it.each([
    ['nginx', { domain: 'docker.io', path: 'library/nginx', tag: null, digest: null }],
    ['team/app:1.2', { domain: 'docker.io', path: 'team/app', tag: '1.2', digest: null }],
    ['index.docker.io/nginx', { domain: 'docker.io', path: 'library/nginx', tag: null, digest: null }],
    ['localhost/app', { domain: 'localhost', path: 'app', tag: null, digest: null }],
    ['127.0.0.1:5000/app', { domain: '127.0.0.1:5000', path: 'app', tag: null, digest: null }],
    ['[::1]:5000/a/b:c', { domain: '[::1]:5000', path: 'a/b', tag: 'c', digest: null }],
    [`ghcr.io/o/app:v1@${DIGEST}`, { domain: 'ghcr.io', path: 'o/app', tag: 'v1', digest: DIGEST }],
  ])('reads %s', (text, expected) => {
    expect(parseImageReference(text)).toEqual({ ok: true, reference: expected })
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(reference, (value) => {
        expect(imageReference(formatImageReference(value))).toEqual(value)
      }),
    )
  })

  it('answers any text with a reference of the grammar or a problem, and never throws', () => {
    const charset = fc.constantFrom(...'aZ0._-/:@[]% \n\u0000é'.split(''))
    fc.assert(
      fc.property(fc.string({ unit: charset, maxLength: 40 }), (text) => {
        const parsed = parseImageReference(text)
        if (!parsed.ok) return parsed.problem.length > 0
        return /^[A-Za-z0-9.:[\]_/@-]+$/.test(formatImageReference(parsed.reference))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['', 'empty'],
    ['Team/App', 'capital letters'],
    ['A_B.c/app', 'is not a registry host'],
    ['example.com/Team/app', 'capital letters'],
    ['app:', 'is not a tag'],
    ['app:-x', 'is not a tag'],
    ['app@sha256:abc', 'is not a digest'],
    [`app@${DIGEST}@${DIGEST}`, 'is not a digest'],
    [`app@${DIGEST.toUpperCase()}`, 'is not a digest'],
    ['../../etc/passwd', 'is not a registry host'],
    ['example.com/../v2/_catalog', 'is not a name'],
    ['example.com//app', 'empty'],
    ['example.com/', 'missing'],
    ['example.com/app?x=1', 'is not a name'],
    ['example.com/app#x', 'is not a name'],
    ['user:pass@example.com/app', 'is not a digest'],
    ['http://example.com/app', 'is not a registry host'],
    ['example.com:port/app', 'is not a registry host'],
    ['app name', 'is not a name'],
    ['app\u001b[31m', 'is not a name'],
    ['-app', 'is not a name'],
    ['a___b', 'is not a name'],
    ['0f'.repeat(32), 'image id'],
    [`example.com/${'a/'.repeat(130)}a`, 'longer than 255'],
    ['a'.repeat(600), 'longer than 512'],
  ])('refuses %j and says which part is wrong', (text, problem) => {
    expect(parseImageReference(text)).toEqual({ ok: false, problem: expect.stringContaining(problem) })
  })

  it('repeats no control or direction character of a hostile name', () => {
    const parsed = parseImageReference('example.com/a\u001b]0;x\u0007\u202e\u009b')
    const shown = parsed.ok ? '' : parsed.problem
    expect(
      shown.split('').filter((character) => character < ' ' || /[\u007f-\u009f\u202e]/.test(character)),
    ).toEqual([])
  })

  it('takes time in proportion to a hostile length, not more', () => {
    const hostile = `example.com/${'a-'.repeat(240)}!`
    for (let round = 0; round < 1000; round += 1) expect(parseImageReference(hostile).ok).toBe(false)
  })
})

describe('imageReference', () => {
  it('throws IMAGE_REFERENCE_INVALID with the text and the problem', () => {
    expect(() => imageReference('App')).toThrow(
      expect.objectContaining({ code: 'IMAGE_REFERENCE_INVALID', kind: 'usage' }),
    )
  })
})

describe('pinnedTo', () => {
  it('drops the tag, because only the digest says what runs', () => {
    expect(pinnedTo(imageReference('ghcr.io/o/app:1.0.0'), DIGEST)).toBe(`ghcr.io/o/app@${DIGEST}`)
  })
})

describe('isImageDigest', () => {
  it('knows a digest from anything else', () => {
    expect(isImageDigest(DIGEST)).toBe(true)
    expect(isImageDigest(`${DIGEST}0`)).toBe(false)
  })
})
