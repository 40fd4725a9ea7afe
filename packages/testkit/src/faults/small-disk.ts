import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A folder on a disk of its own, in memory, small enough to be filled. */
export interface SmallDisk {
  folder: string
  /** Takes all the room there is. */
  fill(): Promise<void>
  /** Gives back what `fill` took. */
  makeRoom(): Promise<void>
  /** Takes the disk away with all it holds. Twice is once. */
  close(): Promise<void>
}

/** Mounts it over `folder`, which is made where it is missing. Only root on Linux may. */
export async function mountSmallDisk(folder: string, sizeMiB: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=755`, 'towpath-small-disk', folder])
  const ballast = join(folder, 'ballast')
  const makeRoom = (): Promise<void> => rm(ballast, { force: true })
  return {
    folder,
    // Written until there is no more: what others write meanwhile would spoil a size asked for at once.
    fill: async () => {
      const full = await run('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']).catch(
        (fault: unknown) => fault,
      )
      if (!/No space left/.test(String(full))) throw new Error(`not filled: ${String(full)}`)
    },
    makeRoom,
    close: async () => {
      // Lazily: whoever still has a file open there must not keep the disk in the tree.
      await run('umount', ['-l', folder]).catch(() => {})
    },
  }
}
