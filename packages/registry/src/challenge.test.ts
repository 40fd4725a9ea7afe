import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChallenges } from './challenge.ts'

describe('parseChallenges', () => {
  it('reads what registries send', () => {
    expect(
      parseChallenges(
        'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push"',
      ),
    ).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example/token',
          service: 'r.example',
          scope: 'repository:a/b:pull,push',
        },
      },
    ])
    expect(parseChallenges('Basic realm="towpath"')).toEqual([
      { scheme: 'basic', parameters: { realm: 'towpath' } },
    ])
  })

  it('reads several challenges, unquoted and escaped values, and odd spacing', () => {
    expect(
      parseChallenges(' NEGOTIATE , basic Realm = "a \\"b\\", c" , charset=UTF-8,Bearer realm=x ,'),
    ).toEqual([
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'a "b", c', charset: 'UTF-8' } },
      { scheme: 'bearer', parameters: { realm: 'x' } },
    ])
  })

  it('reads back any parameter it is given, quoted', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (realm, service) => {
        const quoted = (value: string) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`
        const [challenge] = parseChallenges(`Bearer realm=${quoted(realm)},service=${quoted(service)}`)
        expect(challenge?.parameters).toEqual({ realm, service })
      }),
    )
  })

  it('ends on any header', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '=', ' ', '\t'), maxLength: 60 }),
        (header) => {
          expect(Array.isArray(parseChallenges(header))).toBe(true)
        },
      ),
    )
  })
})
