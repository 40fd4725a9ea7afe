import { join } from 'node:path'

import { Ajv } from 'ajv'
import { default as standalone } from 'ajv/dist/standalone/index.js'
import { composeSchema, composeSchemaOptions } from '@towpath/domain/project/compose/compose-schema.ts'
import type { Plugin } from 'esbuild'

import { root } from './step.ts'

/** The one module whose place the compiled code takes. */
const validatorModule = join(root, 'packages/domain/src/project/compose/compose-validator.ts')

/** What ajv compiles at run time, written down as a module with the same export as `compose-validator.ts`. */
export function compiledComposeValidator(): string {
  const ajv = new Ajv({ ...composeSchemaOptions, code: { source: true, esm: true } })
  const code = standalone.default(ajv, ajv.compile(composeSchema))
  return `${code}\nexport const composeValidator = () => validate;\n`
}

/** Makes a bundle start without compiling the schema of compose files. */
export const compiledSchema: Plugin = {
  name: 'compiled compose schema',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]compose-validator\.ts$/ }, ({ path }) =>
      path === validatorModule
        ? { contents: compiledComposeValidator(), loader: 'js', resolveDir: root }
        : null,
    )
  },
}
