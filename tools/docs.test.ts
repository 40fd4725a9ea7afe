import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { citedPaths, consoleBlocks, outputMatches } from './doc-blocks.ts'
import type { DocCommand } from './doc-blocks.ts'
import { root, toolEnv } from './step.ts'

const pages = globSync(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: root })
const read = (page: string) => readFileSync(join(root, page), 'utf8')

test.each(pages)('every path that %s cites exists', (page) => {
  const missing = citedPaths(page, read(page)).filter(({ path }) =>
    path.includes('*') ? globSync(path, { cwd: root }).length === 0 : !existsSync(join(root, path)),
  )
  expect(missing).toEqual([])
})

/** One folder per page: a page's commands build on each other, and nothing reaches the reader's own files. */
const startFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-docs-'))
  const bin = join(folder, '.bin')
  mkdirSync(bin)
  const main = join(root, 'packages/cli/src/main.ts')
  writeFileSync(join(bin, 'towpath'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
    mode: 0o755,
  })
  const PATH = `${bin}${delimiter}${toolEnv()['PATH'] ?? ''}`
  return { folder, env: { PATH, HOME: folder, NO_COLOR: '1', TERM: 'dumb', LC_ALL: 'C', TZ: 'UTC' } }
}

const runCommand = ({ command }: DocCommand, at: ReturnType<typeof startFolder>): string[] => {
  const { stdout, status, signal } = spawnSync('sh', ['-c', `exec 2>&1\n${command}`], {
    cwd: at.folder,
    env: at.env,
    encoding: 'utf8',
    timeout: 15_000,
    killSignal: 'SIGKILL',
  })
  const end = status === 0 ? [] : [signal === null ? `[exit ${status}]` : `[ended by ${signal}]`]
  return [...stdout.trimEnd().split('\n'), ...end]
}

const runnable = pages
  .map((page) => ({ page, blocks: consoleBlocks(read(page)).filter(({ notRun }) => notRun === undefined) }))
  .filter(({ blocks }) => blocks.length > 0)

describe.each(runnable)('$page says what its commands print', ({ page, blocks }) => {
  let at: ReturnType<typeof startFolder>
  beforeAll(() => {
    at = startFolder()
  })
  afterAll(() => rmSync(at.folder, { recursive: true, force: true }))

  test.each(blocks.flatMap(({ commands }) => commands))(`${page}:$line $command`, (promised) => {
    const printed = runCommand(promised, at)
    // Compared as lists only where they differ, so that a failure shows both and a wildcard can pass.
    const shown = outputMatches(promised.expected, printed) ? promised.expected : printed
    expect(shown).toEqual(promised.expected)
  })
})

test('a console block either runs or says why not', () => {
  const empty = pages.flatMap((page) =>
    consoleBlocks(read(page))
      .filter(({ commands }) => commands.length === 0)
      .map(({ line }) => `${page}:${line}`),
  )
  expect(empty).toEqual([])
})
