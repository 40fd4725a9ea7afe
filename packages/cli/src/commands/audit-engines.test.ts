import { createHash } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { firstUnprintable } from '@towpath/domain/config/printable.ts'
import { AuditFolder, lockOf, offline } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

/** A program that prints a report as grype does; the option that asks it. */
async function engine(lines: string): Promise<string[]> {
  const text = `#!/bin/sh\n${lines}\n`
  await writeFile(join(at.path, 'grype'), text)
  await chmod(join(at.path, 'grype'), 0o755)
  return ['--engine', `grype=grype@sha256:${createHash('sha256').update(text).digest('hex')}`]
}
const match = (id: string, name: string, version: string) => ({
  vulnerability: { id, severity: 'Critical', cvss: [{ metrics: { baseScore: 9.9 } }] },
  artifact: { name, version, locations: [{ path: '/0/Cargo.lock' }] },
})
const printing = (...matches: object[]): string => `echo '${JSON.stringify({ matches })}'`

test('what another engine saw is merged: once where both saw it, beside where it alone did, and the page says so', async () => {
  const asked = await engine(
    printing(match('CVE-2025-0001', 'bad', '1.0.0'), match('CVE-2025-9999', 'good', '1.0.0')),
  )
  const { out, exit } = await at.run(['audit', ...offline, ...asked])
  expect(exit).toBe(1)
  expect(out).toMatch(/bad .*seen by towpath and grype .*critical 9\.9 .*RUSTSEC-2025-0001/)
  expect(out).toMatch(/good .*seen by grype .*CVE-2025-9999/)
  expect(out).toMatch(/grype \(sha256:[0-9a-f]{12}\) told of 2, 1 of them alone/)
})

test('a report that is made to do harm steers no terminal, no log of GitHub and no reader of XML or SARIF', async () => {
  const harm = '\u001b[2J\u001b]0;x\u0007\r\n::error::owned\u202e%0A::warning::<script>&\ud800'
  const hostile = {
    vulnerability: {
      id: `RUSTSEC-../../x${harm}`,
      severity: harm,
      description: harm,
      fix: { versions: [`1.0.1; touch owned ${harm}`] },
    },
    relatedVulnerabilities: [{ id: '__proto__' }, { id: 'constructor' }],
    artifact: { name: 'good', version: '1.0.0', locations: [{ path: `../..${harm}` }] },
  }
  const unplaced = { ...hostile, artifact: { ...hostile.artifact, name: harm } }
  const asked = await engine(`cat <<'END'\n${JSON.stringify({ matches: [hostile, unplaced] })}\nEND`)
  const toldAs = async (format: string): Promise<string> => {
    const { out, exit } = await at.run(['audit', ...offline, ...asked, '--format', format])
    expect(exit).toBe(1)
    expect(firstUnprintable(out)).toBeNull()
    expect(out).toContain('owned')
    expect(out).not.toContain('touch owned')
    return out
  }
  expect(await toldAs('table')).not.toMatch(/^::/m)
  const marks = (await toldAs('github')).trimEnd().split('\n')
  expect(marks.filter((mark) => !/^::(?:error|warning) (?:file=|title=)/.test(mark))).toEqual([])
  // The two of its own, and these two.
  expect(marks).toHaveLength(4)
  expect(await toldAs('junit')).not.toContain('<script')
  const { runs } = JSON.parse(await toldAs('sarif')) as {
    runs: { tool: { driver: { rules: { helpUri: unknown }[] } }; results: object[] }[]
  }
  expect(runs[0]?.results).toHaveLength(4)
  for (const { helpUri } of runs[0]?.tool.driver.rules ?? [])
    expect(helpUri).toMatch(/^https:\/\/(?:rustsec\.org\/advisories|osv\.dev\/vulnerability)\/[^/]+$/)
})

test('an engine that fails makes a clean audit unknown, and the same without it is clean', async () => {
  await at.put('Cargo.lock', lockOf({ app: null, good: '1.0.0' }))
  const failing = await at.run(['audit', ...offline, ...(await engine('exit 2'))])
  expect(failing.exit).toBe(1)
  expect(failing.out).toContain('grype did not judge it: it ended with 2')
  expect(failing.err).toContain('AUDIT_UNKNOWN')
  const without = await at.run(['audit', ...offline])
  expect(without.exit).toBe(0)
  expect(without.out).not.toContain('grype')
})

test.each([
  ['ENGINE_UNKNOWN', `nessus=x@sha256:${'0'.repeat(64)}`],
  ['ENGINE_NOT_PINNED', 'trivy=/usr/bin/trivy'],
  ['ENGINE_NOT_PINNED', 'trivy=/usr/bin/trivy@sha256:00'],
])('nothing is judged where an engine is not said whole: %s', async (code, option) => {
  const { exit, err } = await at.run(['audit', ...offline, '--engine', option])
  expect(exit).toBe(2)
  expect(err).toContain(code)
})

test('an engine that reads no images is not asked about one', async () => {
  const { exit, err } = await at.run([
    'scan',
    'image.tar',
    ...offline,
    '--engine',
    `osv-scanner=x@sha256:${'0'.repeat(64)}`,
  ])
  expect(exit).toBe(2)
  expect(err).toContain('ENGINE_NOT_FOR_THIS')
})
