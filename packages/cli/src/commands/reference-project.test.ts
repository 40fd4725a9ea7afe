import { cpSync, chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

const data = new URL('../../../../../shared/data/refactor-platform', import.meta.url)
const here = existsSync(data)
const compose = 'docker-compose.yaml'
const nginx = 'nginx/conf.d/refactor-platform.conf'

/** Every flaw that a person finds in those files, by the line it stands on. */
const flaws: readonly [id: string, file: string, lines: readonly number[]][] = [
  ['migration-race', compose, [90]],
  ['stop-signal', compose, [59, 99]],
  ['nginx-upstream', nginx, [9, 13]],
  ['false-health', nginx, [135]],
  ['health-check', compose, [6, 57, 97]],
  ['restart-policy', compose, [57, 97]],
  ['pool-size', 'domain/Cargo.toml', [18]],
  ['moving-tag', compose, [36, 58, 98]],
  ['build-on-host', compose, [37, 59, 99]],
  ['baked-settings', compose, [107, 108, 109, 110, 111, 112]],
  ['certificate-renewal', compose, [17]],
  ['base-image', compose, [7]],
  ['architecture', compose, [40, 61, 97]],
  ['container-name', compose, [8, 39, 62, 101]],
  ['start-order', compose, [28, 30, 118]],
  ['proxy-headers', nginx, [108, 152, 157, 89, 128, 136]],
  ['log-growth', compose, [6, 25]],
  ['unset-variables', compose, [21]],
  ['uneven-default', compose, [78, 105]],
  ['version-default', compose, [111]],
]

describe.skipIf(!here)(
  'a copy of the reference project (skipped where shared/data is not beside the checkout)',
  () => {
    let folder: string
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'towpath-reference-'))
      cpSync(data, folder, { recursive: true })
      for (const path of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
        chmodSync(join(folder, path), 0o755)
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const run = async (argv: string[]) => {
      const shell = capturedShell({ folder, argv: [...argv, '--json'] })
      const exit = await runCommandLine(shell)
      return {
        exit,
        document: JSON.parse(shell.out()) as {
          checks: Check[]
          patch: string
          asked: string[]
          written: string[]
        },
      }
    }

    test('has each flaw named at its line, and nothing else is called one', async () => {
      const { exit, document } = await run(['check'])
      const found = document.checks.filter(({ status, file }) => status !== 'pass' && file !== null)
      const named = flaws.map(([id, file]) => [
        id,
        file,
        found.filter((one) => one.id === id && one.file === file).map(({ line }) => line),
      ])
      expect(named).toEqual(flaws)
      expect(found).toHaveLength(flaws.flatMap(([, , lines]) => lines).length)
      expect(exit).toBe(1)
    })

    test('takes all patches at once', async () => {
      const { document } = await run(['check', '--patch'])
      const applied = spawnSync('git', ['apply', '--check', '-'], {
        cwd: folder,
        input: document.patch,
        encoding: 'utf8',
      })
      expect(applied.stderr).toBe('')
      expect(document.patch.match(/^\+\+\+ /gm)).toHaveLength(2)
    })

    test('is asked only for what no file of it says', async () => {
      const { exit, document } = await run(['init', '--yes'])
      expect(exit).toBe(0)
      expect(document.asked).toEqual([
        '--image rust-app=REPOSITORY',
        '--image nextjs-app=REPOSITORY',
        '--folder PATH',
        '--environment NAME',
      ])
      expect(document.written).toContain('towpath.yaml')
    })
  },
)
