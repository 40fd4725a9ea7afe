import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStateFolder, writePrivate } from './state-folder.ts'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'towpath-state-'))
  execFileSync('git', ['init', '--quiet', repository])
})
afterEach(() => rm(repository, { recursive: true }))

const offered = (): string[] =>
  execFileSync('git', ['-C', repository, 'status', '--porcelain', '--untracked-files=all'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((row) => row !== '')

describe('a state folder inside a repository', () => {
  it('offers git nothing of its own, and what the team keeps there', async () => {
    const folder = join(repository, '.towpath')
    await openStateFolder(folder)
    await writePrivate(folder, 'admin-token', 'twp_x')
    await writePrivate(folder, 'ledger-key.pem', 'key')
    await writeFile(join(folder, 'waivers.yaml'), '[]\n')
    await openStateFolder(folder)
    expect(offered()).toEqual(['?? .towpath/waivers.yaml'])
  })
})
