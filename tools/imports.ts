/**
 * Compares the imports of the house with the table in ARCHITECTURE.md, both ways, and checks names and clocks.
 * `--lenient` forgives table entries that nothing uses yet.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { findClockReads } from './clock-reads.ts'
import { findForbidden, findUnused, parseDirection } from './direction.ts'
import type { Finding } from './direction.ts'
import { listPaths, readSources } from './house-files.ts'
import { importsOf } from './import-graph.ts'
import { findBadNames } from './naming.ts'

const root = join(import.meta.dirname, '..')
const lenient = process.argv.includes('--lenient')

const sources = readSources(root)
const edges = sources.flatMap(({ path, text }) => importsOf(path, text))
const rules = parseDirection(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))
const pure = sources.filter(({ path }) => path.startsWith('packages/domain/src/') && !path.includes('.test.'))

const findings: Finding[] = [
  ...findForbidden(rules, edges),
  ...(lenient ? [] : findUnused(rules, edges)),
  ...findBadNames(listPaths(root)),
  ...pure.flatMap(({ path, text }) => findClockReads(path, text)),
]
for (const { where, what, fix } of findings) console.log(`${where}  ${what}\n    fix: ${fix}`)
console.log(`${sources.length} files, ${edges.length} imports, ${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
