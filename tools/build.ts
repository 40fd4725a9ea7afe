/** `npm run build`: bundles the command line, and the server beside it, into packages/cli/dist. */
import { existsSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

import { bundle } from './bundle.ts'
import { root } from './step.ts'

const outdir = join(root, 'packages/cli/dist')
const entries = {
  towpath: join(root, 'packages/cli/src/main.ts'),
  server: join(root, 'packages/server/src/main.ts'),
}

const present = Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path)))
rmSync(outdir, { recursive: true, force: true })
const startedAt = performance.now()
const written = await bundle(present, outdir)
const totalKb = Object.values(written).reduce((sum, bytes) => sum + bytes, 0) / 1024
for (const name of Object.keys(present)) console.log(relative(root, join(outdir, `${name}.mjs`)))
const ms = Math.round(performance.now() - startedAt)
console.log(`${Object.keys(written).length} files, ${Math.round(totalKb)} KB, in ${ms} ms`)
