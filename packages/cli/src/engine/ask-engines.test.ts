import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EngineReport, PinnedEngine } from '@towpath/domain/advisory/engine/engine.ts'
import { firstUnprintable } from '@towpath/domain/config/printable.ts'
import { askEngines } from './ask-engines.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-asked-'))
  await writeFile(join(folder, 'Cargo.lock'), 'version = 4\n')
  await writeFile(join(folder, '.grype.yaml'), 'ignore: []\n')
})
afterEach(() => rm(folder, { recursive: true }))

const nothingFound = '{"matches":[]}'

/** A program that stands in for an engine: it runs for real, and does what its lines say. */
async function standIn(lines: string, engine: PinnedEngine['engine'] = 'grype'): Promise<PinnedEngine> {
  const path = join(folder, 'program')
  const text = `#!/bin/sh\n${lines}\n`
  await writeFile(path, text)
  await chmod(path, 0o755)
  return { engine, path: 'program', sha256: createHash('sha256').update(text).digest('hex') }
}

async function ask(
  pinned: PinnedEngine,
  more: { env?: Record<string, string>; deadlineMs?: number; usesNetwork?: boolean } = {},
): Promise<EngineReport> {
  const { env = {}, deadlineMs = 60_000, usesNetwork = false } = more
  const [report] = await askEngines(
    { folder, env },
    { engines: [pinned], deadlineMs, usesNetwork },
    { lockfiles: ['Cargo.lock'] },
  )
  if (report === undefined) throw new Error('no report')
  return report
}

const problemOf = (report: EngineReport): string => (report.ok ? 'none' : report.problem)

test('a program whose bytes are not the pinned ones is never run', async () => {
  const pinned = await standIn(`touch ${folder}/ran; echo '${nothingFound}'`)
  await writeFile(join(folder, 'program'), `#!/bin/sh\ntouch ${folder}/ran # changed\n`)
  expect(problemOf(await ask(pinned))).toMatch(/is sha256:[0-9a-f]{64}, and not what was pinned/)
  expect(await readdir(folder)).not.toContain('ran')
})

test('what is run is a copy of our own, gone afterwards: what becomes of the original meanwhile does not matter', async () => {
  const pinned = await standIn(`echo "$0" > ${folder}/where; echo '${nothingFound}'`)
  expect((await ask(pinned)).ok).toBe(true)
  const where = (await readFile(join(folder, 'where'), 'utf8')).trim()
  expect(where).not.toBe(join(folder, 'program'))
  await expect(readFile(where)).rejects.toThrow('ENOENT')
})

test('an engine is given the lockfiles and nothing else of the repository', async () => {
  const pinned = await standIn(`find . -type f > ${folder}/seen; echo '${nothingFound}'`)
  expect((await ask(pinned)).ok).toBe(true)
  const seen = await readFile(join(folder, 'seen'), 'utf8')
  expect(seen.trim().split('\n').toSorted()).toEqual([
    './grype',
    './lockfiles/0/Cargo.lock',
    './settings.yaml',
  ])
})

describe('the environment of an engine', () => {
  const env = {
    HOME: '/home/alice',
    HTTPS_PROXY: 'http://proxy.example',
    TOWPATH_TOKEN: 'hush',
    PATH: '/evil',
  }
  const seenIn = async (usesNetwork: boolean): Promise<string> => {
    const pinned = await standIn(`env > ${folder}/env; echo '${nothingFound}'`)
    expect((await ask(pinned, { env, usesNetwork })).ok).toBe(true)
    return readFile(join(folder, 'env'), 'utf8')
  }

  test('holds where its data is and no secret, and tells it to fetch nothing', async () => {
    const seen = await seenIn(false)
    expect(seen).toContain('HOME=/home/alice')
    expect(seen).toContain('GRYPE_DB_AUTO_UPDATE=false')
    expect(seen).not.toMatch(/hush|evil|proxy/)
  })

  test('holds the way out only where a network was allowed', async () => {
    const seen = await seenIn(true)
    expect(seen).toContain('HTTPS_PROXY=http://proxy.example')
    expect(seen).not.toMatch(/GRYPE_DB_AUTO_UPDATE|hush/)
  })
})

describe('an engine that fails has judged nothing', () => {
  test.each([
    ['ends badly', 'echo "no database here" >&2; exit 1', 'it ended with 1: no database here'],
    // As osv-scanner does without its data: a report of all packages, and no finding in it.
    ['prints a whole report and ends badly', `echo '${nothingFound}'; exit 127`, 'it ended with 127'],
    ['prints nothing', 'true', 'it printed no report'],
    ['prints no JSON', 'echo hello', 'what it printed is no JSON'],
    ['prints half', `printf '{"matches":['`, 'what it printed is no JSON'],
    [
      'prints something else',
      `echo '{"vulnerabilities":[]}'`,
      'its report is not as grype writes it: matches',
    ],
    ['is killed', 'kill -9 $$', 'it was ended by SIGKILL'],
    ['prints without end', 'yes', 'it printed more than 134217728 bytes'],
  ])('where it %s', async (_what, lines, problem) => {
    expect(problemOf(await ask(await standIn(lines)))).toContain(problem)
  })

  test('where it is not there', async () => {
    const pinned: PinnedEngine = { engine: 'grype', path: 'nowhere', sha256: '0'.repeat(64) }
    expect(problemOf(await ask(pinned))).toContain('ENOENT')
  })

  test('where it is a pipe that nobody writes', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const pinned: PinnedEngine = { engine: 'grype', path: 'pipe', sha256: '0'.repeat(64) }
    expect(problemOf(await ask(pinned))).toContain('is no file')
  })

  test('where it is no program', async () => {
    const text = 'no program'
    await writeFile(join(folder, 'program'), text)
    const sha256 = createHash('sha256').update(text).digest('hex')
    expect((await ask({ engine: 'grype', path: 'program', sha256 })).ok).toBe(false)
  })

  test('where it is not done in time, and what it started ends with it', async () => {
    const pinned = await standIn(`(sleep 600 & echo $! > ${folder}/pid; wait); echo '${nothingFound}'`)
    expect(problemOf(await ask(pinned, { deadlineMs: 1_000 }))).toBe('it was not done after 1 s')
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'))
    await vi.waitFor(async () => expect(await isGone(pid)).toBe(true), 10_000)
  })
})

/** Whether a process is no more; one that ended and that nobody asked about counts. */
const isGone = async (pid: number): Promise<boolean> =>
  /\) Z|gone/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone'))

describe('what left the group of an engine', () => {
  const daemon = (how: string): string =>
    `${how} sh -c 'echo $$ > ${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; exec sleep 600' & while [ ! -e ${folder}/pid ]; do sleep 0.01; done`
  const pidOf = async (): Promise<number> => Number(await readFile(join(folder, 'pid'), 'utf8'))

  test('ends with it, and keeps nobody waiting', async () => {
    const told = await ask(await standIn(`${daemon('setsid')}; echo '${nothingFound}'`))
    expect(told).toMatchObject({ ok: true })
    await vi.waitFor(async () => expect(await isGone(await pidOf())).toBe(true), 10_000)
  })

  test('ends with it at the deadline', async () => {
    const pinned = await standIn(`${daemon('setsid')}; sleep 600`)
    expect(problemOf(await ask(pinned, { deadlineMs: 2_000 }))).toBe('it was not done after 2 s')
    await vi.waitFor(async () => expect(await isGone(await pidOf())).toBe(true), 10_000)
  })

  test('and hides behind another environment while it holds the output open: then nothing was judged', async () => {
    const told = await ask(await standIn(`${daemon('env -i setsid')}; echo '${nothingFound}'`))
    process.kill(await pidOf(), 'SIGKILL')
    expect(problemOf(told)).toBe('what it started holds its output open')
  })
})

test('what an engine complains of steers no terminal and tells no secret', async () => {
  const env = { HTTPS_PROXY: 'http://kim:hush-hush@proxy.example:3128' }
  const pinned = await standIn(
    String.raw`printf 'dial http://kim:hush-hush@proxy.example:3128 \033[2J\033]0;x\007 refused\n' >&2; exit 3`,
  )
  const problem = problemOf(await ask(pinned, { env, usesNetwork: true }))
  expect(problem).toMatch(/^it ended with 3: dial .*refused$/)
  expect(problem).not.toContain('hush')
  expect(firstUnprintable(problem)).toBeNull()
})

test('grype goes by no settings of the home folder, and no engine leaves its temporary files behind', async () => {
  const pinned =
    await standIn(`echo "$@" > ${folder}/args; echo "$TMPDIR" >> ${folder}/args; touch "$TMPDIR/left"
cat "$2" >> ${folder}/args; echo '${nothingFound}'`)
  expect((await ask(pinned, { env: { TMPDIR: '/elsewhere' } })).ok).toBe(true)
  const [args = '', temporary = '', settings] = (await readFile(join(folder, 'args'), 'utf8')).split('\n')
  expect(args).toMatch(/^--config \S+\/settings\.yaml /)
  expect(settings).toBe('{}')
  expect(temporary).not.toBe('/elsewhere')
  await expect(readdir(temporary)).rejects.toThrow('ENOENT')
})

test('a lockfile that became a pipe, or has no end, is a problem and keeps nobody waiting', async () => {
  const pinned = await standIn(`echo '${nothingFound}'`)
  await rm(join(folder, 'Cargo.lock'))
  execFileSync('mkfifo', [join(folder, 'Cargo.lock')])
  expect(problemOf(await ask(pinned))).toContain('is no file')
  await rm(join(folder, 'Cargo.lock'))
  await symlink('/dev/zero', join(folder, 'Cargo.lock'))
  expect(problemOf(await ask(pinned))).toContain('is no file')
})

test('a Ctrl-C ends the engine too, and leaves nothing behind', async () => {
  const pinned = await standIn(`echo $$ > ${folder}/pid; exec sleep 600`)
  await mkdir(join(folder, 'tmp'))
  const program = `import { askEngines } from ${JSON.stringify(join(import.meta.dirname, 'ask-engines.ts'))}
await askEngines(
  { folder: ${JSON.stringify(folder)}, env: {} },
  { engines: [${JSON.stringify(pinned)}], deadlineMs: 60000, usesNetwork: false },
  { lockfiles: ['Cargo.lock'] },
)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { TMPDIR: join(folder, 'tmp') },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const pid = await vi.waitFor(async () => {
    const text = await readFile(join(folder, 'pid'), 'utf8')
    if (text === '') throw new Error('not yet')
    return Number(text)
  }, 30_000)
  child.kill('SIGINT')
  expect(await ended).toEqual([null, 'SIGINT'])
  expect(await readdir(join(folder, 'tmp'))).toEqual([])
  await vi.waitFor(async () => expect(await isGone(pid)).toBe(true), 10_000)
})

test('a finding is told under the path that the audit knows', async () => {
  const report = {
    matches: [
      {
        vulnerability: { id: 'GHSA-1', severity: 'High' },
        artifact: { name: 'bad', version: '1.0.0', locations: [{ path: '0/Cargo.lock' }] },
      },
    ],
  }
  const told = await ask(await standIn(`echo '${JSON.stringify(report)}'`))
  expect(told.ok && told.findings.map(({ file }) => file)).toEqual(['Cargo.lock'])
})
