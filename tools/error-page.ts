/** `npm run docs:errors`: writes docs/errors.md from the errors that the source makes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { errorPage, errorSites } from './error-catalogue.ts'
import type { ErrorSite } from './error-catalogue.ts'
import { readSources } from './house-files.ts'
import { root } from './step.ts'

export const errorPagePath = join(root, 'docs', 'errors.md')

/** Every error of the packages' own source; tests make errors of their own and do not count. */
export const readErrorSites = (): ErrorSite[] =>
  readSources(root)
    .filter(({ path }) => path.startsWith('packages/') && path.includes('/src/') && !path.includes('.test.'))
    .flatMap(({ path, text }) => errorSites(path, text))

if (import.meta.main) {
  mkdirSync(join(root, 'docs'), { recursive: true })
  writeFileSync(errorPagePath, errorPage(readErrorSites()))
}
