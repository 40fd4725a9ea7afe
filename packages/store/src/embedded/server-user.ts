import { readFile } from 'node:fs/promises'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { runEngineTool } from './engine-process.ts'
import type { ServerUser } from './engine-process.ts'

/** The system account PostgreSQL runs under when Towpath itself is root. */
export const SERVER_USER_NAME = 'towpath-pg'

/** Finds an account in the text of a passwd file (passwd(5): name:password:uid:gid:...). */
export const parsePasswd = (passwd: string, name: string): ServerUser | undefined => {
  for (const line of passwd.split('\n')) {
    const [account, , uid, gid] = line.split(':')
    if (account === name && uid !== undefined && gid !== undefined) {
      return { name, uid: Number(uid), gid: Number(gid) }
    }
  }
  return undefined
}

/**
 * The account for the server: our own, or a dedicated system account when we are root.
 * PostgreSQL refuses to run as root, and `initdb` refuses a uid without a passwd entry,
 * so root creates the account once with `useradd --system`.
 */
export const ensureServerUser = async (): Promise<ServerUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined
  const known = await findServerUser()
  if (known !== undefined) return known
  const made = await runEngineTool({
    file: 'useradd',
    args: [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      SERVER_USER_NAME,
    ],
    user: undefined,
    deadlineMs: 30_000,
  }).catch((cause: unknown) => ({ code: null, output: String(cause) }))
  // Two first starts side by side both call useradd: whoever lost finds the winner's account.
  const found = await findServerUser()
  if (found !== undefined) return found
  throw new TowpathError({
    code: 'EMBEDDED_POSTGRES_NO_USER',
    kind: 'failed',
    message: `PostgreSQL does not run as root, and the system account ${SERVER_USER_NAME} could not be created: ${made.output}`,
    hint: `Nothing was changed. Create the account (\`useradd --system ${SERVER_USER_NAME}\`), start Towpath as another user, or give any PostgreSQL >= 15 by its URL.`,
  })
}

/** The account an earlier start made, or undefined: none was made yet, or we are not root and use our own. */
export const findServerUser = async (): Promise<ServerUser | undefined> =>
  process.getuid?.() === 0 ? parsePasswd(await readFile('/etc/passwd', 'utf8'), SERVER_USER_NAME) : undefined
