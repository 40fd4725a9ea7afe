import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readIgnores } from './read-ignores.ts'

const plain = { reason: null, expires: null }

describe('what other tools ignore', () => {
  const rows: [string, string, ReturnType<typeof readIgnores>][] = [
    [
      'audit.toml',
      '[advisories]\nignore = ["RUSTSEC-2023-0071", "RUSTSEC-2020-0001"]\n',
      [
        { advisory: 'RUSTSEC-2023-0071', ...plain },
        { advisory: 'RUSTSEC-2020-0001', ...plain },
      ],
    ],
    ['.cargo/audit.toml', '[output]\nquiet = false\n', []],
    [
      'deny.toml',
      '[advisories]\nignore = [{id = "RUSTSEC-2023-0071", reason = "no fix"}, "RUSTSEC-2020-0001"]\n',
      [
        { advisory: 'RUSTSEC-2023-0071', reason: 'no fix', expires: null },
        { advisory: 'RUSTSEC-2020-0001', ...plain },
      ],
    ],
    [
      'osv-scanner.toml',
      '[[IgnoredVulns]]\nid = "GHSA-aaaa-bbbb-cccc"\nignoreUntil = 2026-02-01\nreason = "not called"\n',
      [{ advisory: 'GHSA-aaaa-bbbb-cccc', reason: 'not called', expires: '2026-02-01' }],
    ],
    [
      '.trivyignore',
      '# not reachable\nCVE-2026-1234 exp:2026-02-01\n\nCVE-2026-1235\n',
      [
        { advisory: 'CVE-2026-1234', reason: 'not reachable', expires: '2026-02-01' },
        { advisory: 'CVE-2026-1235', ...plain },
      ],
    ],
    ['.trivyignore', 'CVE-2026-1234 forever\n', 'cannot be read on line 1'],
    [
      'audit.toml',
      '[advisories]\nignore = [7]\n',
      'has an entry without an id, or with an end that is no date: number 1',
    ],
    [
      'osv-scanner.toml',
      '[[IgnoredVulns]]\nid = "GHSA-aaaa"\nignoreUntil = "2020-01-01"\n',
      'has an entry without an id, or with an end that is no date: number 1',
    ],
    ['ignore.txt', '', 'is none of audit.toml, deny.toml, osv-scanner.toml and .trivyignore'],
  ]
  test.each(rows)('in %s: %j', (path, text, expected) => {
    expect(readIgnores(path, text)).toEqual(expected)
  })

  test.each(['audit.toml', 'osv-scanner.toml', '.trivyignore'])(
    'in %s is read or refused, whatever stands there',
    (path) => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string(),
            fc.string().map((text) => `[advisories]\nignore = [${text}]`),
          ),
          (text) => {
            const read = readIgnores(path, text)
            expect(typeof read === 'string' || Array.isArray(read)).toBe(true)
          },
        ),
      )
    },
  )
})
