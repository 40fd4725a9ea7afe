import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import { composeSchema, composeSchemaOptions } from './compose-schema.ts'

let compiled: ValidateFunction | null = null

/**
 * Holds a plain value against the schema of compose files. Compiling takes a quarter of a second, so it waits for the first
 * file; in the built command line this module is the code that ajv made of the schema, see `tools/compiled-schema.ts`.
 */
export function composeValidator(): ValidateFunction {
  compiled ??= new Ajv(composeSchemaOptions).compile(composeSchema)
  return compiled
}
