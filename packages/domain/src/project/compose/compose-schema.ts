import type { Options } from 'ajv'
import composeSpec from 'docker-compose/schema/compose-spec.json' with { type: 'json' }

/** The official schema of compose files, as npm's `docker-compose` carries it. */
export const composeSchema = {
  ...composeSpec,
  // The published document names draft-07 by an https id, under which the validator does not know it.
  $schema: 'http://json-schema.org/draft-07/schema#',
}

/**
 * How the schema is compiled, here and where the command line is built: every fault at once, each with the value and the
 * part of the schema that it is about. A part that many places refer to becomes one function.
 */
export const composeSchemaOptions: Options = {
  allErrors: true,
  strict: false,
  verbose: true,
  logger: false,
  inlineRefs: false,
}
