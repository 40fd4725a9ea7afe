import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectReadable } from './ssh-config-file.ts'

describe('a configuration of OpenSSH that somebody named', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-ssh-config-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is taken where it can be read, empty or not', async () => {
    await writeFile(join(folder, 'config'), '')
    await expect(expectReadable(join(folder, 'config'))).resolves.toBeUndefined()
  })

  it.each(['absent', '.', 'a'.repeat(300)])(
    'and cannot be read is a mistake of whoever named it (%s)',
    async (name) => {
      const path = join(folder, name)
      const failed = await expectReadable(path).catch((thrown: unknown) => thrown)
      expect(failed).toMatchObject({ code: 'SSH_CONFIG_UNREADABLE', kind: 'usage', retryable: false })
      expect(String(failed)).toContain(path)
    },
  )
})
