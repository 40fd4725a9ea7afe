import { execFile } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { bundle } from './bundle.ts'
import { root } from './step.ts'

const source = join(root, 'packages/cli/src/main.ts')
let home: string
const built = () => join(home, 'bin/towpath.js')
const folder = () => join(home, 'project')

/** A lockfile of two crates; the records of `fixtures/osv.*` are about the second one. */
const lock = `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "bad",
]

[[package]]
name = "bad"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
`
const wrong = 'services:\n  web:\n    image: nginx\n    prts: []\n    environment: [A=1, A=1]\n'

/** As `npm run build` and an installation leave it, with the files of a team to run in. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'towpath-built-'))
  mkdirSync(join(home, 'bin'))
  copyFileSync(join(root, 'packages/cli/bin/towpath.js'), built())
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'packages/cli/advisories'), join(home, 'advisories'))
  cpSync(join(root, 'packages/cli/src/fixtures/team'), folder(), { recursive: true })
  for (const name of ['osv.tar.gz', 'osv.zip', 'image.tar.gz'])
    copyFileSync(join(root, 'tools/fixtures', name), join(folder(), name))
  writeFileSync(join(folder(), 'Cargo.lock'), lock)
  writeFileSync(join(folder(), 'wrong.yaml'), wrong)
  await bundle({ towpath: source }, join(home, 'dist'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Ran {
  exit: number | string | null | undefined
  out: string
  err: string
}

const run = (program: string, argv: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { HOME: home, PATH: process.env['PATH'], NO_COLOR: '1' }
    const options = { cwd: folder(), env, timeout: 15_000 }
    execFile(process.execPath, [program, ...argv], options, (error, out, err) =>
      resolve({ exit: error === null ? 0 : error.code, out, err }),
    )
  })

const auditOf = (advisories: string) =>
  ['audit', '--lockfile', 'Cargo.lock', '--advisories', advisories, '--offline', '--json'] as const

describe('the built command line answers as the source does', () => {
  test.each([
    ['check', ['check'], 1],
    ['compose model, of a file with mistakes', ['compose', 'model', 'wrong.yaml', '--json'], 2],
    ['audit, by an archive', auditOf('osv.tar.gz'), 1],
    ['scan', ['scan', 'image.tar.gz', '--advisories', 'osv.tar.gz', '--offline', '--json'], 1],
    ['sbom', ['sbom', 'image.tar.gz'], 0],
    ['sbom, as SPDX', ['sbom', 'image.tar.gz', '--format', 'spdx'], 0],
  ])('%s', async (_what, argv, exit) => {
    const [bundled, written] = await Promise.all([run(built(), argv), run(source, argv)])
    expect(bundled).toEqual(written)
    expect(bundled.exit).toBe(exit)
    expect(bundled.out.length).toBeGreaterThan(100)
  })

  test('compose model, of a file that can be read', async () => {
    const { exit, out, err } = await run(built(), ['compose', 'model', 'docker-compose.yaml', '--json'])
    expect([exit, err]).toEqual([0, ''])
    expect(Object.keys((JSON.parse(out) as { services: object }).services).length).toBeGreaterThan(0)
  })
})

describe('the built audit', () => {
  const findingsIn = ({ out }: Ran) => (JSON.parse(out) as { findings: { id: string }[] }).findings

  test('reads a zip archive to the same findings', async () => {
    const [zip, tar] = await Promise.all(['osv.zip', 'osv.tar.gz'].map((path) => run(built(), auditOf(path))))
    expect(findingsIn(zip!)).toEqual(findingsIn(tar!))
    expect(findingsIn(zip!)).toMatchObject([{ id: 'RUSTSEC-2025-0001', score: 9.8 }])
  })

  test('gives four that run at once the same answer, and keeps the archive once', async () => {
    const kept = join(home, '.cache/towpath/archives')
    rmSync(kept, { recursive: true, force: true })
    const ran = await Promise.all([1, 2, 3, 4].map(() => run(built(), auditOf('osv.tar.gz'))))
    expect(new Set(ran.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(readdirSync(kept)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.kept$/)])
  })

  test('finds the snapshot that comes along', async () => {
    const { exit, out } = await run(built(), ['audit', '--lockfile', 'Cargo.lock', '--offline', '--json'])
    const told = JSON.parse(out) as { advisories: { from: string; count: number } }
    expect(told.advisories.from).toBe('the snapshot that came with Towpath')
    expect(told.advisories.count).toBeGreaterThan(1000)
    expect(exit).toBe(0)
  })
})
