import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import { readInventory } from '@towpath/domain/live-findings/read-inventory.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder } from '../audit/testing/audit-folder.ts'
import { scriptedLedger, scriptedServer } from '../connection/scripted-server.ts'
import type { ScriptedServer } from '../connection/scripted-server.ts'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

let at: AuditFolder
let server: ScriptedServer
const stored = {
  ...{ digest: 'd', newest: '2025-12-31T00:00:00Z', count: 3, unread: 0, ecosystems: { 'crates.io': 3 } },
  ...{ partial: [], source: 'osv', importedAt: '2026-01-01T00:00:00.000Z', importedBy: 'ci' },
}
beforeEach(async () => {
  at = await AuditFolder.open()
  server = await scriptedServer({
    'POST /v1/advisories': () => ({ status: 201, body: stored }),
    'GET /v1/ledger/head': scriptedLedger().head(() => ['a']),
  })
})
afterEach(async () => {
  await server.close()
  await at.close()
})

const send = async (...argv: string[]) => {
  const env = { TOWPATH_HOME: join(at.path, 'home'), TOWPATH_SERVER: server.url, TOWPATH_TOKEN: 'twp_x' }
  const shell = capturedShell({ argv: ['advisories', 'send', ...argv], folder: at.path, env })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

interface Sent {
  ecosystems: Record<string, string>
  scores: Record<string, number>
}

describe('advisories send', () => {
  test('brings what was imported here: every line, with scores, and what is known to be exploited', async () => {
    await at.put('kev.json', JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2025-0001' }] }))
    await at.run(['advisories', 'import', 'osv', '--kev', 'kev.json'])
    const { exit, out } = await send()
    expect(exit).toBe(0)
    expect(out).toContain('✔ sent  3 advisories of crates.io')
    const body = server.seen.find(({ method }) => method === 'POST')?.body as Sent
    expect(body).toMatchObject({ count: 3, unread: 0, exploited: ['CVE-2025-0001'], replace: false })
    const text = gunzipSync(Buffer.from(body.ecosystems['crates.io'] ?? '', 'base64')).toString()
    expect(text.split('\n').map((one) => one.split('\t')[0])).toEqual(['bad', 'elsewhere', 'old'])
    expect(Object.values(body.scores)).toEqual([9.8])
  })

  test('takes what was named, else the snapshot that came along', async () => {
    await at.run(['advisories', 'import', 'osv', '--to', 'other'])
    await send('--from', 'other', '--replace')
    await send()
    const bodies = server.seen.filter(({ method }) => method === 'POST').map(({ body }) => body)
    expect(bodies).toMatchObject([{ count: 3, replace: true }, { replace: false }])
  })

  test('sends nothing where there is nothing', async () => {
    const { exit, err } = await send('--from', 'nowhere')
    expect(exit).toBe(2)
    expect(err).toContain('ADVISORIES_NOT_FOUND')
    expect(server.seen).toEqual([])
  })
})

test('audit --json tells what it looked at, as a scan does, and counts as evidence of it', async () => {
  const { out } = await at.run(['audit', '--json', '--advisories', 'osv', '--offline'])
  const { inventory } = JSON.parse(out) as { inventory: { components: object[] } }
  expect(inventory.components).toContainEqual({
    ...{ name: 'bad', version: '1.0.0', ecosystem: 'crates.io', source: 'registry', presence: 'unknown' },
    ...{ path: 'Cargo.lock', origin: null },
  })
  expect(readEvidence(out)).toMatchObject({ ok: true, kind: 'audit' })
  const read = readInventory('audit', out)
  expect(read).toMatchObject({ ok: true, inventories: [{ file: 'Cargo.lock', ecosystem: 'crates.io' }] })
})
