import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSettings } from '@towpath/domain/config/settings.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { Decrypter, Encrypter, armor, identityToRecipient } from 'age-encryption'
import { stateFolders } from '../connection/find-server.ts'
import type { Shell } from '../terminal/shell.ts'

/** The server makes it in its state folder. */
const identityFile = 'secrets-identity.txt'

/** The private key that opens sealed secrets: a file named by TOWPATH_SECRETS_IDENTITY, or of a state folder here. */
export async function findIdentity(shell: Shell): Promise<string> {
  const named = shell.env['TOWPATH_SECRETS_IDENTITY']
  const places = named ? [named] : stateFolders(shell).map((folder) => join(folder, identityFile))
  for (const place of places) {
    const key = await readIdentity(place)
    if (key !== null) return key
  }
  throw new TowpathError({
    code: 'SECRETS_IDENTITY_UNKNOWN',
    kind: 'usage',
    message: `The key that opens the secrets is not here: none of ${places.join(', ')} holds it.`,
    hint: "Nothing was changed. Run it on the server's machine, or name the file with TOWPATH_SECRETS_IDENTITY; the first start makes the key: towpath server",
    detail: { places },
  })
}

async function readIdentity(place: string): Promise<string | null> {
  let text: string
  try {
    if (((await stat(place)).mode & 0o077) !== 0 && process.platform !== 'win32') throw exposed(place)
    text = await readFile(place, 'utf8')
  } catch (thrown) {
    if (thrown instanceof TowpathError) throw thrown
    return null
  }
  return (
    text
      .split('\n')
      .find((row) => row.startsWith('AGE-SECRET-KEY-'))
      ?.trim() ?? null
  )
}

const exposed = (place: string): TowpathError =>
  new TowpathError({
    code: 'SECRETS_IDENTITY_EXPOSED',
    kind: 'blocked',
    message: `Other users of this machine may read the key in ${place}.`,
    hint: `Nothing was decrypted. Run \`chmod 600 ${place}\`; if somebody did read it, make a new key and seal the secrets again.`,
  })

export const recipientOf = (identity: string): Promise<string> => identityToRecipient(identity)

/** Text of a sealed dotenv file. Throws SECRETS_UNREADABLE, never with content. */
export async function unseal(sealed: Uint8Array, identity: string): Promise<string> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  try {
    const text = Buffer.from(sealed).toString('utf8')
    const bytes = text.startsWith('-----BEGIN AGE') ? armor.decode(text) : sealed
    return await decrypter.decrypt(bytes, 'text')
  } catch (cause) {
    throw new TowpathError({
      code: 'SECRETS_UNREADABLE',
      kind: 'failed',
      message: 'The sealed secrets cannot be opened with the key that is here, or the file is damaged.',
      hint: 'Nothing was changed. Restore the file from git, or use the key it was sealed to.',
      cause,
    })
  }
}

/** Seals a dotenv text to one recipient, as text that a repository can hold. */
export async function seal(text: string, recipient: string): Promise<string> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return `${armor.encode(await encrypter.encrypt(text)).trimEnd()}\n`
}

/** Names of a dotenv text, in its order. */
export const namesIn = (text: string): string[] => [...settingsIn(text).keys()]

/** The text with one value set, everything else as it was. Throws SECRET_NAME_INVALID, SECRET_VALUE_UNWRITABLE. */
export function withSecret(text: string, name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new TowpathError({
      code: 'SECRET_NAME_INVALID',
      kind: 'usage',
      message: `${JSON.stringify(name)} cannot name a secret.`,
      hint: 'Nothing was changed. Use letters, digits and _, and no digit first.',
    })
  const kept = withoutSecret(text, name)
  const before = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`
  const written = [`'${value}'`, `"${value}"`, `\`${value}\``, value].find(
    (form) => readBack(`${name}=${form}\n`, name) === value,
  )
  if (written !== undefined) return `${before}${name}=${written}\n`
  throw new TowpathError({
    code: 'SECRET_VALUE_UNWRITABLE',
    kind: 'usage',
    message: `The value of ${name} holds every kind of quote, which a dotenv file cannot express.`,
    hint: 'Nothing was changed. Encode it, for instance as base64.',
  })
}

function readBack(text: string, name: string): string | undefined {
  const parsed = parseSettings({ path: 'secrets', text })
  return parsed.ok ? parsed.settings.get(name) : undefined
}

/** Takes the lines of one name out. A value may run over lines, so the shortest cut that loses only that name is taken. */
function withoutSecret(text: string, name: string): string {
  const before = settingsIn(text)
  if (!before.has(name)) return text
  before.delete(name)
  const wanted = JSON.stringify([...before])
  const rows = text.split('\n')
  for (let start = 0; start < rows.length; start += 1) {
    if (!new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(rows[start] ?? '')) continue
    for (let end = start + 1; end <= rows.length; end += 1) {
      const rest = [...rows.slice(0, start), ...rows.slice(end)].join('\n')
      const parsed = parseSettings({ path: 'secrets', text: rest })
      if (parsed.ok && JSON.stringify([...parsed.settings]) === wanted) return rest
    }
  }
  throw new Error(`the lines of ${name} were not found`)
}

function settingsIn(text: string): Map<string, string> {
  const parsed = parseSettings({ path: 'secrets', text })
  if (parsed.ok) return new Map(parsed.settings)
  throw new TowpathError({
    code: 'SECRETS_MALFORMED',
    kind: 'usage',
    message: `The sealed secrets are no dotenv file: ${parsed.problems[0]?.message ?? ''} (line ${parsed.problems[0]?.line ?? 1}).`,
    hint: 'Nothing was changed. Open it with `age`, mend the line, and seal it again.',
  })
}
