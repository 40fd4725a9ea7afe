import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ageSecretStore, sealSettings } from './age.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-secrets-'))
})
afterAll(() => rm(folder, { recursive: true }))

let installations = 0
const anInstallation = () => ageSecretStore({ stateDir: join(folder, `state-${(installations += 1)}`) })
const bytes = (text: string) => new TextEncoder().encode(text)
const withCode = (code: string) => expect.objectContaining({ code, retryable: false })

describe('the key of an installation', () => {
  it('is made once, also by many at once, and read by nobody else', async () => {
    const stateDir = join(folder, 'fresh', 'state')
    const stores = Array.from({ length: 8 }, () => ageSecretStore({ stateDir }))
    const recipients = await Promise.all(stores.map((store) => store.recipient()))
    expect(new Set(recipients).size).toBe(1)
    expect(recipients[0]).toMatch(/^age1/)
    expect(await readdir(stateDir)).toEqual(['secrets-identity.txt'])
    expect((await stat(join(stateDir, 'secrets-identity.txt'))).mode & 0o777).toBe(0o600)
  })

  it('is refused when others may read it', async () => {
    const stateDir = join(folder, 'exposed')
    const store = ageSecretStore({ stateDir })
    await store.recipient()
    await chmod(join(stateDir, 'secrets-identity.txt'), 0o640)
    await expect(store.recipient()).rejects.toThrow(withCode('SECRETS_IDENTITY_EXPOSED'))
  })

  it('is not made anew where a file stands that is none', async () => {
    const stateDir = join(folder, 'broken')
    await ageSecretStore({ stateDir }).recipient()
    const path = join(stateDir, 'secrets-identity.txt')
    await writeFile(path, 'lost')
    await expect(ageSecretStore({ stateDir }).recipient()).rejects.toThrow(
      withCode('SECRETS_IDENTITY_UNREADABLE'),
    )
    expect(await readFile(path, 'utf8')).toBe('lost')
  })
})

describe('open', () => {
  it('gives back what was sealed to it, for every recipient', async () => {
    const [one, two] = [anInstallation(), anInstallation()]
    const recipients = [await one.recipient(), await two.recipient()]
    const value = fc.stringMatching(/^[A-Za-z0-9 :/@%+=_.-]{1,30}$/)
    const settings = fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/), value, {
      noNullPrototype: true,
    })
    await fc.assert(
      fc.asyncProperty(settings, async (wanted) => {
        const text = Object.entries(wanted).map(([name, content]) => `${name}='${content}'\n`)
        const sealed = await sealSettings(text.join(''), recipients)
        expect(sealed).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
        for (const store of [one, two]) {
          expect(Object.fromEntries(await store.open(bytes(sealed)))).toEqual(wanted)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('reads comments, quotes and values of several lines as dotenv files have them', async () => {
    const store = anInstallation()
    const text =
      '# database\nexport URL="postgres://app:a#b@db/app" # main\nKEY="-----BEGIN-----\nabc\n-----END-----"\nEMPTY=\n'
    const opened = await store.open(bytes(await sealSettings(text, [await store.recipient()])))
    expect([...opened]).toEqual([
      ['URL', 'postgres://app:a#b@db/app'],
      ['KEY', '-----BEGIN-----\nabc\n-----END-----'],
      ['EMPTY', ''],
    ])
  })

  it('says why it cannot, and never what stood there', async () => {
    const store = anInstallation()
    const stranger = await identityToRecipient(await generateX25519Identity())
    const sealed = await sealSettings('TOKEN=correct-horse', [await store.recipient()])
    const lines = sealed.split('\n')
    const damaged = [...lines.slice(0, -3), 'AAAA', ...lines.slice(-2)].join('\n')
    const cases: [Uint8Array, RegExp][] = [
      [bytes(await sealSettings('TOKEN=correct-horse', [stranger])), /not sealed to this installation/],
      [bytes('TOKEN=correct-horse'), /no age file/],
      [bytes(''), /no age file/],
      [bytes(damaged), /damaged|no age file/],
      [new Uint8Array(2 * 1024 * 1024), /larger than 1 MiB/],
    ]
    for (const [ciphertext, why] of cases) {
      const opening = store.open(ciphertext)
      await expect(opening).rejects.toThrow(withCode('SECRETS_UNREADABLE'))
      await expect(opening).rejects.toThrow(why)
      await expect(opening).rejects.not.toThrow('correct-horse')
    }
  })
})

describe('sealSettings', () => {
  it('refuses what is no recipient without repeating it: it may be a private key', async () => {
    const key = await generateX25519Identity()
    for (const recipients of [[key], ['age1wrong'], []]) {
      const sealing = sealSettings('A=1', recipients)
      await expect(sealing).rejects.toThrow(withCode('RECIPIENT_INVALID'))
      await expect(sealing).rejects.not.toThrow(key)
    }
  })

  it('refuses a name that no placeholder can stand for', async () => {
    const recipient = await anInstallation().recipient()
    await expect(sealSettings('A-B.C=1', [recipient])).rejects.toThrow(withCode('SECRETS_UNREADABLE'))
  })
})
