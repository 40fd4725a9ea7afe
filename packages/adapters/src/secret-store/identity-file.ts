import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { generateX25519Identity } from 'age-encryption'
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const FILE = 'secrets-identity.txt'

/**
 * The installation's private key, made once. Two processes that make it at the same moment end with one and the same; a
 * crash leaves either the whole file or none. A file that others may read is refused, as OpenSSH does with its keys.
 */
export async function ensureIdentity(stateDir: string): Promise<string> {
  const path = join(stateDir, FILE)
  return (await readIdentity(path)) ?? (await createIdentity(stateDir, path))
}

async function readIdentity(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0) throw exposed(path)
    return lastLine(await readFile(path, 'utf8'), path)
  } catch (thrown) {
    if (isMissing(thrown)) return null
    throw thrown
  }
}

/** A hard link fails where the name exists already, and never shows half a file. */
async function createIdentity(stateDir: string, path: string): Promise<string> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(`${await generateX25519Identity()}\n`)
    await file.sync()
    await file.close()
    await link(draft, path).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
    })
  } finally {
    await rm(draft, { force: true })
  }
  const identity = await readIdentity(path)
  if (identity === null) throw unreadable(path)
  return identity
}

/** The form that `age-keygen` writes: comments, then the key. */
function lastLine(text: string, path: string): string {
  const key = text.split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (key === undefined) throw unreadable(path)
  return key.trim()
}

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined

const isMissing = (thrown: unknown): boolean => codeOf(thrown) === 'ENOENT'

const exposed = (path: string): TowpathError =>
  new TowpathError({
    code: 'SECRETS_IDENTITY_EXPOSED',
    kind: 'blocked',
    message: `Other users of this machine may read the key of this installation (${path}).`,
    hint: `Nothing was decrypted. Run \`chmod 600 ${path}\`; if somebody did read it, make a new key and seal the secrets again.`,
  })

const unreadable = (path: string): TowpathError =>
  new TowpathError({
    code: 'SECRETS_IDENTITY_UNREADABLE',
    kind: 'failed',
    message: `${path} holds no age key.`,
    hint: 'Nothing was changed. Restore the file from a backup; without it the sealed secrets cannot be opened.',
  })
