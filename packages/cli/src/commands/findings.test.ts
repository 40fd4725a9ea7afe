import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { scriptedLedger, scriptedServer } from '../connection/scripted-server.ts'
import type { ScriptedServer } from '../connection/scripted-server.ts'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

let folder: string
let server: ScriptedServer
const findings = { advisories: null, items: [] }
const story = [
  {
    ...{ seq: 412, at: '2026-03-01T10:00:00.000Z', environment: 'production', release: '1.4.0' },
    ...{ type: 'findings.changed', cause: 'data', says: 'appeared: time 0.3.41, medium, blocks, by data' },
  },
]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-findings-'))
  server = await scriptedServer({
    'GET /v1/findings': () => ({ body: findings }),
    'GET /v1/findings/CVE-2026-1/explain': () => ({ body: { id: 'CVE-2026-1', story } }),
    'GET /v1/findings/9.9.9/explain': () => ({ body: { id: '9.9.9', story: [] } }),
    'GET /v1/deployments': () => ({ body: { items: [], next: null } }),
    'GET /v1/ledger/head': scriptedLedger().head(() => ['a']),
  })
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const run = async (...argv: string[]) => {
  const env = { TOWPATH_HOME: join(folder, 'home'), TOWPATH_SERVER: server.url, TOWPATH_TOKEN: 'twp_x' }
  const shell = capturedShell({ argv, folder, env })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

describe('findings', () => {
  test('asks for what was named, and hands on what the server says', async () => {
    const { exit, out } = await run('findings', '--live', '-e', 'production', '--json')
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ ok: true, findings })
    expect(server.seen.map(({ path }) => path)).toContain('/v1/findings?environment=production&live=true')
  })
})

describe('explain of an advisory', () => {
  test('tells each change with its cause and its event', async () => {
    const { exit, out } = await run('explain', 'CVE-2026-1')
    expect(exit).toBe(0)
    expect(out).toContain(
      '#412 2026-03-01 10:00Z  production 1.4.0  appeared: time 0.3.41, medium, blocks, by data',
    )
  })

  test('that nothing is known of, there or at all, is neither a release that was deployed', async () => {
    for (const argv of [['9.9.9'], ['CVE-2026-1', '-e', 'staging']]) {
      const { exit, err } = await run('explain', ...argv)
      expect(exit).not.toBe(0)
      expect(err).toContain('RELEASE_NEVER_DEPLOYED')
    }
  })
})
