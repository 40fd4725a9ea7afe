import { z } from 'zod'
import { SECRET_REFERENCE_PATTERN } from '../value-reference.ts'
import { name, section, text, wholeNumber } from './field.ts'

/** The database that a gate asks for, and what saves it before a migration. */
export const database = section({
  url: text(
    'secret:NAME, var:NAME or a postgres:// URL without a password',
    /^(?:(?:secret|var):[A-Za-z_][A-Za-z0-9_]*|postgres(?:ql)?:\/\/[^\s{}]{1,2048})$/,
    'secret:DATABASE_URL',
  )
    .refine((value) => !/^[a-z]+:\/\/[^/?#]*:[^/?#]*@/.test(value) && !/[?&]password=/.test(value), {
      error: 'holds a password, and this file is no place for one',
      params: { hint: 'put the whole URL into the secrets file and write secret:DATABASE_URL' },
    })
    .describe(
      'Asked by the database gate, from the host; the name of a container of the compose project there leads to it.',
    ),
  ceiling: wholeNumber(1, 1_000_000)
    .optional()
    .describe(
      'Connections it allows in all. Old and new instances must fit side by side, or a plan says which cannot.',
    ),
  backup: section({ job: name('a job').describe('A job of this file.') })
    .optional()
    .describe('Run before a migration; without its success no migration starts.'),
})

/** How to sign in to one registry. */
export const registryAccess = section({
  username: text('a name, secret:NAME or var:NAME', /^[^\s{}]{1,256}$/, 'var:REGISTRY_USER').describe(
    'Who signs in.',
  ),
  password: text('secret:NAME', SECRET_REFERENCE_PATTERN, 'secret:REGISTRY_TOKEN').describe(
    'Always a secret.',
  ),
})

/** Registry host, with its port where it has one -> access. */
export const registries = z.record(
  text(
    'a registry host such as ghcr.io or 127.0.0.1:5000',
    /^[a-z0-9][a-z0-9.-]{0,253}(?::\d{1,5})?$/,
    'ghcr.io',
  ),
  registryAccess,
  { error: 'a map of registry hosts' },
)
