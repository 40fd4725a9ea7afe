import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { readFile } from 'node:fs/promises'

/** What says nothing of the file: this machine has no file or memory left just now, or its disk an error. */
const PASSING: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EIO'])

/**
 * Throws SSH_CONFIG_UNREADABLE unless the file can be read. OpenSSH passes over an included file that it cannot read, and
 * would look for the host elsewhere.
 */
export async function expectReadable(path: string): Promise<void> {
  try {
    await readFile(path)
  } catch (thrown) {
    if (PASSING.has((thrown as NodeJS.ErrnoException).code)) throw thrown
    throw new TowpathError({
      code: 'SSH_CONFIG_UNREADABLE',
      kind: 'usage',
      message: `The OpenSSH configuration ${path} cannot be read: ${messageOf(thrown)}.`,
      hint: 'Nothing was changed. Name a file that the user who runs the server may read, by --ssh-config or TOWPATH_SSH_CONFIG, or leave it out for ~/.ssh/config.',
      detail: { path },
    })
  }
}
