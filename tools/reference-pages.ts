import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '@towpath/domain/config/json-schema.ts'
import { gatesPage } from './gates-page.ts'
import { configReferencePage } from '@towpath/domain/config/reference-page.ts'

/** Writes the editor's schema of `towpath.yaml` and the reference pages that are made from code. With `--check` it writes nothing and fails where they are stale. */
const folder = join(import.meta.dirname, '..', 'docs', 'reference')

const pages: Record<string, string> = {
  'towpath.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'config.md': configReferencePage(),
  'gates.md': gatesPage(),
}

const read = (name: string): string | null => {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch {
    return null
  }
}

const stale = Object.entries(pages).filter(([name, text]) => read(name) !== text)
if (process.argv.includes('--check')) {
  for (const [name] of stale) console.error(`docs/reference/${name} is stale; run: npm run generate`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of stale) {
    writeFileSync(join(folder, name), text)
    console.log(`wrote docs/reference/${name}`)
  }
}
