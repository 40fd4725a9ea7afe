/**
 * Runs a file of this checkout with the Node that package-lock.json pins, whatever Node started it:
 * `node tools/pinned.mjs FILE ARGS`. Installs the packages first where none are. Must run on Node 20.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const isWindows = process.platform === 'win32'

const install = () => {
  console.error('Installing packages (npm ci) ...')
  // npm's own words go to stderr: the standard output belongs to the file that runs.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  })
  if (status !== 0) {
    console.error('npm ci failed; nothing was run. Its message is above; then try the same command again.')
    process.exit(1)
  }
}

const pinnedNode = () => {
  const found = join(bin, isWindows ? 'node.exe' : 'node')
  if (existsSync(found)) return found
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error(
    `No Node is pinned for ${process.platform}-${process.arch} and this one is ${process.versions.node}; ` +
      'install Node 24 or newer and run the same command again.',
  )
  process.exit(1)
}

const run = (node, args) => {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
  if (typeof process.execve === 'function' && !isWindows) process.execve(node, [node, ...args], env)
  const child = spawn(node, args, { stdio: 'inherit', env })
  // A terminal sends its interrupt to the whole group; passing it on again would look like a second Ctrl-C.
  const fromTerminal = [0, 1, 2].some((fd) => [process.stdin, process.stdout, process.stderr][fd].isTTY)
  process.on('SIGINT', () => fromTerminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) install()
run(pinnedNode(), process.argv.slice(2))
