import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { scriptedLedger, scriptedServer } from './scripted-server.ts'
import type { Script, ScriptedServer } from './scripted-server.ts'
import { shellAt } from './scripted-story.ts'
import { runCommandLine } from '../run.ts'
import type { CapturedShell } from '../terminal/captured-shell.ts'

let folder: string
let server: ScriptedServer | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-cli-'))
})
afterEach(async () => {
  await server?.close()
  server = null
  await rm(folder, { recursive: true })
})

const shellFor = (argv: string[], given: Partial<Parameters<typeof shellAt>[1]> = {}): CapturedShell =>
  shellAt({ url: server?.url, folder }, { ...given, argv })

const ledger = scriptedLedger()

describe('the remembered head', () => {
  const verdict: Script = () => ({
    body: { ok: true, events: 3, head: { seq: 3, hash: '' }, headsCompared: 1 },
  })
  const verify = async (head: Script): Promise<{ exit: number; shell: CapturedShell }> => {
    await server?.close()
    server = await scriptedServer({ 'GET /v1/ledger/head': head, 'POST /v1/ledger/verify': verdict })
    const shell = shellFor(['ledger', 'verify'])
    return { exit: await runCommandLine(shell), shell }
  }
  const seen = ['a', 'b', 'c']

  test('accepts a ledger that only grew', async () => {
    expect((await verify(ledger.head(() => seen))).exit).toBe(0)
    expect((await verify(ledger.head(() => [...seen, 'd', 'e']))).exit).toBe(0)
    const kept = JSON.parse(await readFile(join(folder, 'home/heads.json'), 'utf8')) as {
      heads: { seq: number }[]
    }
    expect(kept.heads.map(({ seq }) => seq)).toEqual([5])
  })

  const other = scriptedLedger()
  const lies: [string, Script][] = [
    ['is shorter', ledger.head(() => seen.slice(0, 2))],
    ['has another event in the middle', ledger.head(() => ['a', 'x', 'c', 'd', 'e'])],
    ['is as long and different', ledger.head(() => ['a', 'b', 'x'])],
    ['is signed with another key', other.head(() => seen)],
  ]
  test.each(lies)('refuses a ledger that %s, and keeps what it saw', async (_what, head) => {
    await verify(ledger.head(() => seen))
    const before = await readFile(join(folder, 'home/heads.json'), 'utf8')
    const { exit, shell } = await verify(head)
    expect(exit).toBe(1)
    expect(shell.err()).toContain('LEDGER_HISTORY_CHANGED')
    expect(await readFile(join(folder, 'home/heads.json'), 'utf8')).toBe(before)
  })

  test('refuses a head that the shown key did not sign', async () => {
    const forged: Script = (request, response) => {
      const said = ledger.head(() => seen)(request, response)
      return { body: { ...(said?.body as object), publicKey: other.publicKeyPem } }
    }
    const { exit, shell } = await verify(forged)
    expect(exit).toBe(1)
    expect(shell.err()).toContain('LEDGER_SIGNATURE_WRONG')
  })
})
