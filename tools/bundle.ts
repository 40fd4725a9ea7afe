import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { build } from 'esbuild'

import { compiledSchema } from './compiled-schema.ts'

/** Gives bundled CommonJS packages the `require` and the paths they expect. */
const commonJsBanner = `import { createRequire as towpathRequire } from 'node:module'
import { dirname as towpathDirname } from 'node:path'
import { fileURLToPath as towpathPath } from 'node:url'
const require = towpathRequire(import.meta.url)
const __filename = towpathPath(import.meta.url)
const __dirname = towpathDirname(__filename)
`

/** Only what names one of them pays for it: a command starts by loading a dozen files or two. */
const asksForCommonJs = /\b(?:require|__filename|__dirname)\b/

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
  const { outputFiles } = await build({
    write: false,
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    external: natives,
    plugins: [compiledSchema],
    keepNames: true,
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
  })
  return Object.fromEntries(
    outputFiles.map(({ path, text }) => {
      const code = asksForCommonJs.test(text) ? `${commonJsBanner}${text}` : text
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, code)
      return [path, Buffer.byteLength(code)]
    }),
  )
}
