import { chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

/** Where the server is, for clients on the same machine that may read its state folder. */
export interface ServerAddress {
  url: string
  pid: number
  installation: string
  /** Age recipient to seal secrets for this installation. */
  recipient: string
}

const addressFile = 'server.json'
export const adminTokenFile = 'admin-token'

/** Makes the folder that holds keys and the first token; nobody else may look into it. Throws STATE_FOLDER_UNUSABLE. */
export async function openStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    await keepOutOfGit(folder)
  } catch (thrown) {
    throw new TowpathError({
      code: 'STATE_FOLDER_UNUSABLE',
      kind: 'usage',
      message: `The state folder ${folder} cannot be used: ${messageOf(thrown)}.`,
      hint: 'Nothing was started. Give a folder of your own: towpath server --state DIR',
      cause: thrown,
    })
  }
}

/** The folder may lie in a repository, beside what the team keeps in git under the same name: keys must not go with it. */
async function keepOutOfGit(folder: string): Promise<void> {
  const rules =
    '# Keys, tokens and the ledger of a Towpath server: none of it belongs in git.\n*\n!waivers.yaml\n!baseline.yaml\n'
  await writeFile(join(folder, '.gitignore'), rules, { flag: 'wx' }).catch(
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EEXIST') throw thrown
    },
  )
}

/** Writes a file that only its owner reads: whole or not at all, also after a crash. */
export async function writePrivate(folder: string, name: string, text: string): Promise<void> {
  const draft = join(folder, `.${name}.${randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, join(folder, name))
  } finally {
    await rm(draft, { force: true })
  }
}

export const announceAddress = (folder: string, address: ServerAddress): Promise<void> =>
  writePrivate(folder, addressFile, `${JSON.stringify(address)}\n`)

export const withdrawAddress = (folder: string): Promise<void> =>
  rm(join(folder, addressFile), { force: true })
