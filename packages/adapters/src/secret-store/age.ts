import type { SecretStore } from '@towpath/app/ports/secret-store.ts'
import { messageOf, TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { armor, Decrypter, Encrypter, identityToRecipient } from 'age-encryption'
import { parse } from 'dotenv'
import { ensureIdentity } from './identity-file.ts'

/** Secrets of an environment are a page of text; more is a mistake or an attack. */
const LARGEST_CIPHERTEXT_BYTES = 1024 * 1024
const ARMOR_START = '-----BEGIN AGE'
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Dotenv files sealed with age (age-encryption.org), opened with this installation's own key under `stateDir`. */
export function ageSecretStore({ stateDir }: { stateDir: string }): SecretStore {
  return {
    async open(ciphertext) {
      const decrypter = new Decrypter()
      decrypter.addIdentity(await ensureIdentity(stateDir))
      return readDotenv(await decrypt(decrypter, ciphertext))
    },
    async recipient() {
      return identityToRecipient(await ensureIdentity(stateDir))
    },
  }
}

/**
 * Seals a dotenv text to recipients (`age1…`), as armoured text that a repository can hold. Throws
 * `SECRETS_UNREADABLE` for a text that `open` would refuse, and `RECIPIENT_INVALID`.
 */
export async function sealSettings(dotenvText: string, recipients: readonly string[]): Promise<string> {
  readDotenv(dotenvText)
  if (recipients.length === 0) throw recipientInvalid('no recipient was given')
  const encrypter = new Encrypter()
  for (const recipient of recipients) addRecipient(encrypter, recipient)
  return armor.encode(await encrypter.encrypt(dotenvText))
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  // A private key given by mistake must not be repeated to a terminal or a log.
  if (!/^age1[0-9a-z]+$/.test(recipient)) throw recipientInvalid('a recipient begins with "age1"')
  try {
    encrypter.addRecipient(recipient)
  } catch {
    throw recipientInvalid(`${recipient.slice(0, 12)}… has a wrong check sum or length`)
  }
}

async function decrypt(decrypter: Decrypter, ciphertext: Uint8Array): Promise<string> {
  if (ciphertext.length > LARGEST_CIPHERTEXT_BYTES) throw secretsUnreadable('the file is larger than 1 MiB')
  try {
    return await decrypter.decrypt(withoutArmor(ciphertext), 'text')
  } catch (thrown) {
    throw secretsUnreadable(reasonOf(thrown))
  }
}

function withoutArmor(ciphertext: Uint8Array): Uint8Array {
  const text = Buffer.from(ciphertext).toString('latin1')
  return text.trimStart().startsWith(ARMOR_START) ? armor.decode(text) : ciphertext
}

/** Our own words: those of the library are for programmers, and must never come to hold content. */
function reasonOf(thrown: unknown): string {
  const words = messageOf(thrown)
  if (/no identity matched/i.test(words)) return 'it is not sealed to this installation'
  if (/version|header|armor|stanza|intro/i.test(words)) return 'it is no age file'
  return 'it is damaged, or was changed after sealing'
}

function readDotenv(text: string): ReadonlyMap<string, string> {
  const values = new Map(Object.entries(parse(text)))
  const bad = [...values.keys()].find((name) => !NAME.test(name))
  if (bad !== undefined) throw secretsUnreadable(`${JSON.stringify(bad)} is not a name of a setting`)
  return values
}

const secretsUnreadable = (why: string): TowpathError =>
  new TowpathError({
    code: 'SECRETS_UNREADABLE',
    kind: 'blocked',
    message: `The environment's secrets cannot be read: ${why}.`,
    hint: 'Nothing was changed. `towpath secrets set` seals them to this installation; a file of another one must be sealed again.',
  })

const recipientInvalid = (why: string): TowpathError =>
  new TowpathError({
    code: 'RECIPIENT_INVALID',
    kind: 'usage',
    message: `The secrets were not sealed: ${why}.`,
    hint: 'Nothing was written. The installation names its own recipient when asked for its secrets’ recipient.',
  })
