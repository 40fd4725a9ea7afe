import { build } from 'esbuild'

import { compiledSchema } from './compiled-schema.ts'

/** The banner gives bundled CommonJS packages the `require` and the paths they expect. */
const commonJsBanner = `import { createRequire as towpathRequire } from 'node:module'
import { dirname as towpathDirname } from 'node:path'
import { fileURLToPath as towpathPath } from 'node:url'
const require = towpathRequire(import.meta.url)
const __filename = towpathPath(import.meta.url)
const __dirname = towpathDirname(__filename)`

/** Native add-ons cannot be bundled; the packages that name them (ssh2, pg) do without where they are absent. */
const natives = ['*.node', 'cpu-features', 'pg-native']

/**
 * Bundles each entry (name to source file) into `<outdir>/<name>.mjs`. Modules behind a dynamic import become
 * chunks of their own, so that a command loads only what it needs. Returns the bytes of each written file.
 */
export const bundle = async (
  entries: Record<string, string>,
  outdir: string,
): Promise<Record<string, number>> => {
  const { metafile } = await build({
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: commonJsBanner },
    external: natives,
    plugins: [compiledSchema],
    keepNames: true,
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning',
  })
  return Object.fromEntries(Object.entries(metafile.outputs).map(([path, { bytes }]) => [path, bytes]))
}
