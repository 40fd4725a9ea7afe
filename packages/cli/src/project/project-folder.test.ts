import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProjectFolder } from './project-folder.ts'

let outside: string
let folder: string
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'towpath-project-'))
  folder = join(outside, 'shop')
  await mkdir(join(folder, 'env'), { recursive: true })
  await writeFile(join(outside, 'id_rsa'), 'private')
  await writeFile(join(folder, 'towpath.yaml'), 'version: 1\n')
  await writeFile(join(folder, 'env/shared.env'), 'A=1\n')
  await writeFile(join(folder, 'huge.env'), 'x'.repeat(2 * 1024 * 1024))
  await symlink(join(outside, 'id_rsa'), join(folder, 'env/leak.env'))
  await symlink('shared.env', join(folder, 'env/alias.env'))
})
afterAll(() => rm(outside, { recursive: true }))

const withCode = (code: string) => expect.objectContaining({ code })

describe('a project folder', () => {
  test('holds what was read of it, once, by its plain path', () => {
    const project = new ProjectFolder(folder)
    expect(project.text('./env/../env/shared.env')).toBe('A=1\n')
    expect(project.text('env/shared.env')).toBe('A=1\n')
    expect(project.text('env/none.env')).toBeNull()
    expect([...project.files.keys()]).toEqual(['env/shared.env'])
  })

  test.each(['../id_rsa', 'env/../../id_rsa', '/etc/hostname', '..', 'env/leak.env', 'a\0b'])(
    'never reads %j, which is not inside it',
    (path) => {
      const project = new ProjectFolder(folder)
      expect(() => project.text(path)).toThrow(withCode('FILE_OUTSIDE_PROJECT'))
      expect(project.files.size).toBe(0)
    },
  )

  test('follows a link that stays inside', () => {
    expect(new ProjectFolder(folder).text('env/alias.env')).toBe('A=1\n')
  })

  test('refuses a file too large to be a setting, and a folder that is none', () => {
    expect(() => new ProjectFolder(folder).text('huge.env')).toThrow(withCode('FILE_TOO_LARGE'))
    expect(() => new ProjectFolder(join(folder, 'nowhere'))).toThrow(withCode('PROJECT_FOLDER_MISSING'))
    expect(new ProjectFolder(folder).text('env')).toBeNull()
  })
})
