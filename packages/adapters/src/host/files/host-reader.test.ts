import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostReader, localScript } from './host-reader.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-files-'))
  await mkdir(join(folder, 'units/some.wants'), { recursive: true })
  await writeFile(join(folder, 'units/app.service'), '[Service]\nExecStart=/bin/true\n')
  await writeFile(join(folder, 'units/long.service'), 'x'.repeat(70_000))
  await symlink('/nowhere/app.service', join(folder, 'units/some.wants/app.service'))
  await writeFile(join(folder, "it's $HOME.sh"), 'echo "$(id)" `id`\n\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a look at a host', () => {
  it('brings what patterns name, links by name alone, and says what it did not read', async () => {
    const read = [`${folder}/units/*.service`, `${folder}/none/*`, `${folder}/units/*`]
    const seen = await hostReader(localScript).look({ read, name: [`${folder}/units/*.wants/*`] })
    expect(Object.fromEntries(seen.texts)).toMatchObject({
      [join(folder, 'units/app.service')]: '[Service]\nExecStart=/bin/true\n',
    })
    expect(seen.names).toEqual([join(folder, 'units/some.wants/app.service')])
    expect(seen.unread).toContain(join(folder, 'units/long.service'))
  })

  it('takes a path as it is, whatever a shell would make of it', async () => {
    const path = join(folder, "it's $HOME.sh")
    const seen = await hostReader(localScript).read([path, join(folder, 'gone')])
    expect(seen.texts.get(path)).toBe('echo "$(id)" `id`\n\n')
  })

  it('is no answer where the host stopped in the middle of it', async () => {
    const cut = hostReader(async (script) => (await localScript(script)).slice(0, -20))
    await expect(cut.read([join(folder, 'units/app.service')])).rejects.toThrow(/did not tell all/)
  })
})
