import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder, lockOf, offline } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

describe('reports', () => {
  test('SARIF is valid by the schema of OASIS, with the line, the rule, and who waived what', async () => {
    await at.put(
      '.towpath/waivers.yaml',
      'waivers:\n  - {advisory: RUSTSEC-2025-0002, owner: alice, reason: leaving it, expires: 2026-02-01}\n',
    )
    const { exit, out } = await at.run(['audit', ...offline, '--format', 'sarif'])
    const schema = JSON.parse(
      await readFile(new URL('../audit/report/fixtures/sarif-2.1.0.json', import.meta.url), 'utf8'),
    ) as object
    const check = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema)
    const log = JSON.parse(out) as { runs: { results: object[]; invocations: object[] }[] }
    expect(check(log) || check.errors).toBe(true)
    expect(log.runs[0]?.results).toMatchObject([
      {
        ruleId: 'RUSTSEC-2025-0001',
        ruleIndex: 0,
        level: 'error',
        locations: [
          { physicalLocation: { artifactLocation: { uri: 'Cargo.lock' }, region: { startLine: 8 } } },
        ],
      },
      { ruleId: 'RUSTSEC-2025-0002', level: 'warning', suppressions: [{ status: 'accepted' }] },
    ])
    expect(log.runs[0]?.invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }])
    expect(exit).toBe(1)
  })

  test('SARIF of an audit that is unknown says that the run was not successful', async () => {
    await at.put(
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}}',
    )
    const { out } = await at.run(['audit', ...offline, '--format', 'sarif', '-o', 'a.sarif'])
    expect(out).toBe('')
    expect(JSON.parse(await readFile(join(at.path, 'a.sarif'), 'utf8'))).toMatchObject({
      runs: [{ invocations: [{ executionSuccessful: false }] }],
    })
  })

  test('the same finding keeps its fingerprint where its line moves', async () => {
    const prints = async () => {
      const { out } = await at.run(['audit', ...offline, '--format', 'sarif'])
      const { runs } = JSON.parse(out) as { runs: { results: { partialFingerprints: object }[] }[] }
      return runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints)
    }
    const before = await prints()
    await at.put(
      'Cargo.lock',
      `# moved\n\n\n${lockOf({ app: null, bad: '1.0.0', good: '1.0.0', old: '0.1.0' })}`,
    )
    expect(await prints()).toEqual(before)
  })

  test('JUnit has a case per finding and escapes what a summary holds', async () => {
    const { out } = await at.run(['audit', ...offline, '--format', 'junit'])
    await expect(out).toMatchFileSnapshot('golden/audit.junit.xml')
  })

  test('GitHub gets marks at the place of each, and no command of its own making', async () => {
    const { out } = await at.run(['audit', ...offline, '--format', 'github'])
    expect(out).toMatch(
      /^::error file=Cargo\.lock,line=8,title=RUSTSEC-2025-0001 bad 1\.0\.0::bad 1\.0\.0: vulnerability \(critical, 9\.8\)/m,
    )
    expect(out).toMatch(/^::warning file=Cargo\.lock,line=\d+,title=RUSTSEC-2025-0002/m)
  })

  test('json by --format is the document of --json', async () => {
    const { out } = await at.run(['audit', ...offline, '--format', 'json'])
    expect(JSON.parse(out)).toEqual(JSON.parse((await at.run(['audit', ...offline, '--json'])).out))
  })
})
