import { z } from 'zod'
import { database, registries } from './section/database.ts'
import { defaults, environment } from './section/environment.ts'
import { name, named, relativePath, section, text } from './section/field.ts'
import { serviceOrJob } from './section/service.ts'

const atLeastOne = (entries: object): boolean => Object.keys(entries).length > 0

/** The whole of `towpath.yaml`. The editor's JSON schema and the reference page are made from it. */
export const configFile = section({
  version: z.literal(1, { error: '1, the only version there is' }).describe('Version of this format.'),
  project: name('a project').describe('Name of the project, in the ledger and on the host.'),
  compose: z
    .union([relativePath(), z.array(relativePath()).min(1)], { error: 'a path or a list of paths' })
    .default('docker-compose.yaml')
    .describe('Compose file, or several, later over earlier. Never rewritten.'),
  profiles: z
    .array(text('a compose profile', /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'jobs'), {
      error: 'a list of compose profiles',
    })
    .default([])
    .describe('Compose profiles that are on.'),
  services: named('a service', serviceOrJob)
    .refine(atLeastOne, { error: 'names no service, so there is nothing to ship' })
    .describe(
      'What Towpath ships. Services of the compose file that are not named here are accessories: started once, then left alone.',
    ),
  database: database.optional().describe('The database of the services.'),
  registries: registries.default({}).describe('Registries that ask for a password.'),
  defaults: defaults.prefault({}).describe('What all environments share unless they say otherwise.'),
  environments: named('an environment', environment)
    .refine(atLeastOne, { error: 'names no environment, so there is nowhere to ship to' })
    .describe('Places where a release can live.'),
})

/** `towpath.yaml` as written, built-in values filled in. */
export type ConfigFile = z.output<typeof configFile>
