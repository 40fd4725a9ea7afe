import { parseSettings } from '@towpath/domain/config/settings.ts'
import { generateX25519Identity } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namesIn, recipientOf, seal, unseal, withSecret } from './secrets-file.ts'

const settingsOf = (text: string): Record<string, string> => {
  const parsed = parseSettings({ path: 'secrets', text })
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message)
  return Object.fromEntries(parsed.settings)
}

const names = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,6}$/)
const values = fc
  .array(fc.constantFrom('a', 'B', '7', ' ', '#', '$', '{', '}', '\\', 'n', '=', '\n', '"', "'", '@'), {
    maxLength: 12,
  })
  .map((characters) => characters.join(''))

describe('setting a secret', () => {
  test('changes that one and leaves all others as they are', () => {
    const edits = fc.array(fc.tuple(names, values), { maxLength: 8 })
    fc.assert(
      fc.property(edits, (asked) => {
        const wanted: Record<string, string> = {}
        let text = '# kept by hand\n'
        for (const [name, value] of asked) {
          text = withSecret(text, name, value)
          wanted[name] = value
        }
        expect(settingsOf(text)).toEqual(wanted)
        expect(text).toContain('# kept by hand\n')
      }),
    )
  })

  test('replaces a value of several lines whole', () => {
    const before = 'A=1\nKEY="-----BEGIN-----\nB=no setting\n-----END-----"\nC=3\n'
    expect(withSecret(before, 'KEY', 'short')).toBe("A=1\nC=3\nKEY='short'\n")
  })

  test('refuses a name that no placeholder can stand for', () => {
    expect(() => withSecret('', 'A-B', 'x')).toThrow(expect.objectContaining({ code: 'SECRET_NAME_INVALID' }))
  })

  test('refuses a value that a dotenv file cannot hold, without repeating it', () => {
    const value = '\'"` correct horse'
    const setting = (): string => withSecret('', 'A', value)
    expect(setting).toThrow(expect.objectContaining({ code: 'SECRET_VALUE_UNWRITABLE' }))
    expect(setting).not.toThrow('correct horse')
  })
})

describe('a sealed file', () => {
  test('opens with its key and with no other', async () => {
    const [own, strange] = [await generateX25519Identity(), await generateX25519Identity()]
    const sealed = await seal("TOKEN='correct horse'\n", await recipientOf(own))
    expect(sealed).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
    expect(sealed).not.toContain('correct')
    expect(namesIn(await unseal(Buffer.from(sealed), own))).toEqual(['TOKEN'])
    await expect(unseal(Buffer.from(sealed), strange)).rejects.toThrow(
      expect.objectContaining({ code: 'SECRETS_UNREADABLE' }),
    )
  })
})
