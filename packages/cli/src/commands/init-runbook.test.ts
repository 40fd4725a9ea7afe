import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'towpath-runbook-')), 'shop')
  await cp(join(import.meta.dirname, '../fixtures/team'), folder, { recursive: true })
})
afterEach(() => rm(dirname(folder), { recursive: true }))

const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8')
const init = async (): Promise<string> => {
  const shell = capturedShell({ folder, argv: ['init', '--yes'] })
  await runCommandLine(shell)
  return shell.out()
}

test('a runbook says who is told, by when what is answered, and with which commands', async () => {
  const out = await init()
  expect(out).toContain('docs/runbooks/vulnerability-response.md:7  the channel, and who is on call there')
  await expect(await read('docs/runbooks/vulnerability-response.md')).toMatchFileSnapshot(
    '../screen/golden/init-team.runbook.md',
  )
})

test('a runbook that is there is kept, in the folder where the team has its own, and how it differs is shown', async () => {
  await mkdir(join(folder, 'doc/runbooks'), { recursive: true })
  await writeFile(join(folder, 'doc/runbooks/vulnerability-response.md'), '# Ours\n')
  const out = await init()
  expect(out).toMatch(/kept +doc\/runbooks\/vulnerability-response\.md/)
  expect(out).toContain('+| critical | 1 d |')
  expect(await read('doc/runbooks/vulnerability-response.md')).toBe('# Ours\n')
  expect(existsSync(join(folder, 'docs'))).toBe(false)
})
