import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { registryAccount } from './registry-account.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-account-'))
})
afterEach(() => rm(folder, { recursive: true }))

const accountOf = (registry: string) =>
  registryAccount({ env: { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` } }, registry)

const config = (value: object) => writeFile(join(folder, 'config.json'), JSON.stringify(value))
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

const helper = async (name: string, script: string) => {
  const place = join(folder, `docker-credential-${name}`)
  await writeFile(place, `#!/bin/sh\n${script}\n`)
  await chmod(place, 0o755)
}

describe('the account of a registry', () => {
  test('is the one that docker login keeps for it, a colon in the password included', async () => {
    await config({
      auths: { 'r.example:5000': auth('ci:pass:phrase'), 'https://index.docker.io/v1/': auth('hub:x') },
    })
    expect(await accountOf('r.example:5000')).toEqual({ username: 'ci', password: 'pass:phrase' })
    expect(await accountOf('docker.io')).toEqual({ username: 'hub', password: 'x' })
    expect(await accountOf('r.example')).toBeNull()
  })

  test('is none where there is no configuration', async () => {
    expect(await accountOf('r.example')).toBeNull()
  })

  test('comes from the helper of that registry before the one for all', async () => {
    await config({ credsStore: 'all', credHelpers: { 'r.example': 'own' } })
    await helper('own', `read -r host; printf '{"Username":"%s","Secret":"s"}' "$host"`)
    await helper('all', `echo 'credentials not found in native keychain'; exit 1`)
    expect(await accountOf('r.example')).toEqual({ username: 'r.example', password: 's' })
    expect(await accountOf('other.example')).toBeNull()
  })

  const broken: [string, string, string][] = [
    ['is not there', 'absent', 'it is not installed'],
    ['fails', 'failing', 'it ended with 3'],
    ['gives no account', 'odd', 'it gave no user and password'],
    ['has no name of one', '../own', 'that is no name of one'],
  ]
  test.each(broken)('is told where its helper %s, and what it said is not repeated', async (_, name, why) => {
    await config({ credsStore: name })
    await helper('failing', 'echo pass-phrase; echo pass-phrase >&2; exit 3')
    await helper('odd', 'echo pass-phrase')
    const asked = accountOf('r.example')
    await expect(asked).rejects.toThrow(why)
    await expect(asked).rejects.not.toThrow('pass-phrase')
  })

  test('is told where the configuration cannot be read, without what stands in it', async () => {
    await writeFile(join(folder, 'config.json'), '{"auths": pass-phrase')
    await expect(accountOf('r.example')).rejects.toThrow(
      expect.objectContaining({ code: 'DOCKER_CONFIG_UNREADABLE' }),
    )
    await expect(accountOf('r.example')).rejects.not.toThrow('pass-phrase')
  })
})
