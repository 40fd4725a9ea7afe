import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { bundle } from './bundle.ts'
import { root } from './step.ts'

const source = `
import { parse } from 'yaml'
import tar from 'tar-stream'
if (process.argv[2] === 'wait') {
  process.once('SIGTERM', () => process.exit(7))
  setInterval(() => {}, 1000)
  console.log('waiting')
} else if (process.argv[2] === 'lazy') {
  const { word } = await import('./lazy.ts')
  console.log(word)
} else {
  console.log(JSON.stringify({ yaml: parse('a: 1'), tar: typeof tar.pack, major: Number(process.versions.node.split('.')[0]), args: process.argv.slice(2) }))
  process.exitCode = 3
}
`
const launcher = () => join(home, 'bin/towpath.js')
let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'towpath-bundle-'))
  for (const folder of ['src', 'bin']) mkdirSync(join(home, folder))
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  writeFileSync(join(home, 'src/main.ts'), source)
  writeFileSync(join(home, 'src/lazy.ts'), `export const word: string = 'loaded late'`)
  copyFileSync(join(root, 'packages/cli/bin/towpath.js'), launcher())
  await bundle({ towpath: join(home, 'src/main.ts') }, join(home, 'dist'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** The Node that runs this test and, where there is another, the machine's own, which may be too old. */
const nodes = [
  process.execPath,
  ...(process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path))
    .slice(0, 1),
]

const launch = (node: string, args: string[]) =>
  spawnSync(node, [launcher(), ...args], { encoding: 'utf8', timeout: 15_000, env: { HOME: home } })

test.each(nodes)(
  'the launcher started by %s runs the bundle on a Node that can, and keeps its exit code',
  (node) => {
    const { stdout, stderr, status } = launch(node, ['--env', 'a b'])
    expect(stderr).toBe('')
    const told = JSON.parse(stdout) as { major: number }
    expect(told).toMatchObject({ yaml: { a: 1 }, tar: 'function', args: ['--env', 'a b'] })
    expect(told.major).toBeGreaterThanOrEqual(24)
    expect(status).toBe(3)
  },
)

test('what is imported late is a chunk of its own', () => {
  expect(launch(process.execPath, ['lazy']).stdout).toBe('loaded late\n')
  expect(existsSync(join(home, 'dist/chunks'))).toBe(true)
})

test.each(nodes)('a signal to the launcher started by %s reaches the bundle', async (node) => {
  const child = spawn(node, [launcher(), 'wait'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { HOME: home },
  })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(7)
})

test('without a bundle the launcher says what to do', () => {
  const elsewhere = join(home, 'unbuilt/bin')
  mkdirSync(elsewhere, { recursive: true })
  copyFileSync(launcher(), join(elsewhere, 'towpath.js'))
  const { status, stderr } = spawnSync(process.execPath, [join(elsewhere, 'towpath.js')], {
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stderr).toContain('npm run build')
})
