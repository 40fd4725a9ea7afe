import { z } from 'zod'
import { BYTE_SIZE_PATTERN, parseByteSize } from '../byte-size.ts'
import { DURATION_PATTERN, parseDuration } from '../duration.ts'

/**
 * A map with known keys. Messages of fields are noun phrases ("a duration such as 10s") that the reader of issues puts
 * into a sentence; this one lists the known keys, from which the suggestion for an unknown one is made.
 */
export const section = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.strictObject(fields, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? knownKeys(Object.keys(fields))
        : `a map with ${Object.keys(fields).join(', ')}`,
  })

const KNOWN_KEYS = 'known here: '
const knownKeys = (keys: readonly string[]): string => KNOWN_KEYS + keys.join(', ')

/** The keys that a `section` knows, read back from its message about an unknown one. */
export const keysIn = (message: string): string[] => message.slice(KNOWN_KEYS.length).split(', ')

/** Text of one pattern. `what` is a noun phrase with an example in it. */
export const text = (what: string, pattern: RegExp, example: string) =>
  z
    .string({ error: what })
    .regex(pattern, { error: what, abort: true })
    .meta({ title: what, examples: [example] })

/** A name that a person gives to something in this file: safe in paths, host names and URLs. */
const NAME_PATTERN = /^[a-z][a-z0-9-]{0,39}$/
export const name = (of: string) =>
  text(`the name of ${of} in lower-case letters, digits and dashes`, NAME_PATTERN, 'backend')
export const isName = (word: string): boolean => NAME_PATTERN.test(word)

/** Names given in this file -> one section each. */
export const named = <Value extends z.ZodType>(of: string, value: Value) =>
  z.record(name(of), value, { error: `a map of names, each ${of}` })

export const wholeNumber = (min: number, max: number) => {
  const what = `a whole number from ${min} to ${max}`
  return z.int({ error: what }).min(min, { error: what }).max(max, { error: what }).meta({ title: what })
}

export const port = () => {
  const what = 'a port from 1 to 65535'
  return z
    .int({ error: what })
    .min(1, { error: what })
    .max(65_535, { error: what })
    .meta({ title: what, examples: [4000] })
}

export const flag = () => z.boolean({ error: 'true or false' }).meta({ title: 'true or false' })

/** A duration within bounds, which are part of the promise that every wait ends. */
export const duration = (min: string, max: string) =>
  text('a duration such as 10s or 1h30m', DURATION_PATTERN, '10s').refine(
    (value) =>
      (parseDuration(value) ?? -1) >= requireMs(min) && (parseDuration(value) ?? Infinity) <= requireMs(max),
    { error: `must be from ${min} to ${max}` },
  )

const requireMs = (durationText: string): number => {
  const durationMs = parseDuration(durationText)
  if (durationMs === null) throw new Error(`${durationText} is no duration`)
  return durationMs
}

export const byteSize = () =>
  text('a size such as 2GB or 512MiB', BYTE_SIZE_PATTERN, '2GB').refine(
    (value) => parseByteSize(value) !== null,
    {
      error: 'is larger than any disk',
    },
  )

/** A path inside the project: relative, forwards only, with `{environment}` where `template` allows it. */
export const relativePath = (template: 'plain' | 'template' = 'plain') =>
  template === 'plain'
    ? text('a path inside the project, such as docker-compose.yaml', RELATIVE_PATH, 'docker-compose.yaml')
    : text(
        'a path inside the project, such as env/{environment}.env',
        RELATIVE_TEMPLATE,
        'env/{environment}.env',
      )

const RELATIVE_PATH = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\{}\s][^\\{}\r\n\t]{0,255}$/
const RELATIVE_TEMPLATE = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))(?! )(?:[^\\{}\r\n\t]|\{environment\}){1,256}$/

/** An absolute path on the host, with `{environment}`. */
export const hostPath = () =>
  text(
    'an absolute path on the host, such as /srv/app/{environment}',
    HOST_TEMPLATE,
    '/srv/app/{environment}',
  )

const HOST_TEMPLATE = /^\/(?!(?:.*\/)?\.\.(?:\/|$))(?:[^\\{}\r\n\t]|\{environment\}){0,255}$/

/** Path and query of a URL on a service. */
export const urlPath = () =>
  text('a path that starts with /, such as /health', /^\/[^\s#]{0,2047}$/, '/health')

/** Key of a service in the compose file. */
export const composeKey = () =>
  text('the key of a service in the compose file', /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'rust-app')

const REPOSITORY_PATTERN =
  /^[a-z0-9][a-z0-9.-]{0,253}(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/
export const repository = () =>
  text(
    'a repository without tag or digest, such as ghcr.io/acme/backend',
    REPOSITORY_PATTERN,
    'ghcr.io/acme/backend',
  )
export const isRepository = (value: string): boolean => REPOSITORY_PATTERN.test(value)
