import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { livePostmaster, parsePostmasterPid } from './postmaster.ts'
import { parsePasswd } from './server-user.ts'

describe('a postmaster.pid', () => {
  test('tells process and port', () => {
    expect(parsePostmasterPid('123\n/data\n1760000000\n5433\n\n127.0.0.1\n 1 2\nready   \n')).toEqual({
      pid: 123,
      port: 5433,
    })
  })

  test('of a server that has no port yet tells the process alone', () => {
    expect(parsePostmasterPid('123\n/data\n1760000000\n')).toEqual({ pid: 123, port: undefined })
  })

  test.each([[''], ['\n'], ['-1\n'], ['abc\n/data\n'], ['0\n']])('%j names nobody', (text) => {
    expect(parsePostmasterPid(text)).toBeUndefined()
  })
})

describe('the live postmaster of a directory', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'towpath-pid-'))
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  test('is nobody where there is no pid file', async () => {
    expect(await livePostmaster(dir)).toBeUndefined()
  })

  test('is not a process that merely got the same number', async () => {
    await writeFile(join(dir, 'postmaster.pid'), `${process.pid}\n${dir}\n1760000000\n5433\n`)
    expect(await livePostmaster(dir)).toBeUndefined()
  })

  test('is not a process that is gone', async () => {
    const child = spawn('true')
    await new Promise((resolve) => child.once('exit', resolve))
    await writeFile(join(dir, 'postmaster.pid'), `${child.pid}\n${dir}\n1760000000\n5433\n`)
    expect(await livePostmaster(dir)).toBeUndefined()
  })
})

describe('a passwd file', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\ntowpath-pg:x:997:996::/nonexistent:/usr/sbin/nologin\n'

  test('gives the account of that very name', () => {
    expect(parsePasswd(passwd, 'towpath-pg')).toEqual({ name: 'towpath-pg', uid: 997, gid: 996 })
    expect(parsePasswd(passwd, 'towpath')).toBeUndefined()
  })
})
