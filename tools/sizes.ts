/** Measures the source against the norms of the house and refuses comments that switch a rule off. */
import { join } from 'node:path'

import { parseSync } from 'oxc-parser'

import type { Finding } from './direction.ts'
import { readSources } from './house-files.ts'
import { codeLines, findEscapes, quantile } from './source-size.ts'

const limits = { fileLinesMax: 300, fileLinesP90: 200 }

const root = join(import.meta.dirname, '..')
const sized = readSources(root).map(({ path, text }) => {
  const { comments } = parseSync(path, text)
  return { path, text, comments, lines: codeLines(text, comments) }
})
const isTest = (path: string) => path.includes('.test.')
/** Made by a generator: nobody reads or splits it. */
const isGenerated = (path: string) => path.endsWith('.d.ts')
const sources = sized.filter(({ path }) => !isTest(path) && !isGenerated(path))
const lines = sources.map((file) => file.lines)
const p90 = quantile(lines, 0.9)

const tooLong: Finding[] = sized
  .filter((file) => file.lines > limits.fileLinesMax && !isGenerated(file.path))
  .map((file) => ({
    where: file.path,
    what: `${file.lines} lines of code, ${limits.fileLinesMax} at most`,
    fix: 'split it by idea',
  }))
const tooLongInAll: Finding[] =
  p90 <= limits.fileLinesP90
    ? []
    : [
        {
          where: 'all source',
          what: `p90 of file length is ${p90}, ${limits.fileLinesP90} at most`,
          fix: 'split files',
        },
      ]
const findings = [...tooLong, ...tooLongInAll, ...sized.flatMap(findEscapes)]
for (const { where, what, fix } of findings) console.log(`${where}  ${what}\n    fix: ${fix}`)

const sum = (files: { lines: number }[]) => files.reduce((total, file) => total + file.lines, 0)
const domain = sized.filter(({ path }) => path.startsWith('packages/domain/'))
const domainSource = sum(domain.filter(({ path }) => !isTest(path)))
const domainTests = sum(domain.filter(({ path }) => isTest(path)))
console.log(
  `${sources.length} source files, lines median ${quantile(lines, 0.5)}, p90 ${p90}, max ${quantile(lines, 1)}`,
)
console.log(`domain: ${domainTests} lines of test for ${domainSource} of code`)
process.exitCode = findings.length === 0 ? 0 : 1
