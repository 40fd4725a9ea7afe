import { TowpathError } from '../error/towpath-error.ts'

/**
 * A container image as people write it, taken apart by the reference grammar of the OCI distribution specification:
 * `[domain[:port]/]path[:tag][@digest]`.
 */
export interface ImageReference {
  /** Registry host with port; `docker.io` where the text names none. */
  domain: string
  /** Repository inside the registry, with `library/` filled in for Docker Hub's own images. */
  path: string
  tag: string | null
  /** `sha256:` and 64 hex digits. */
  digest: string | null
}

const DOMAIN_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const DOMAIN = new RegExp(`^(?:${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`)
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const LONGEST_NAME = 255
const LONGEST_REFERENCE = 512

export type ParsedImageReference = { ok: true; reference: ImageReference } | { ok: false; problem: string }

/** Reads a reference; a text outside the grammar gives a problem that names the offending part. Never throws. */
export function parseImageReference(text: string): ParsedImageReference {
  if (text === '') return refused('it is empty')
  if (text.length > LONGEST_REFERENCE) return refused(`it is longer than ${LONGEST_REFERENCE} characters`)
  const [rest, digest] = splitAt(text, text.indexOf('@'))
  if (digest !== null && !DIGEST.test(digest)) {
    return refused(`${quoted(digest)} is not a digest; a digest is "sha256:" and 64 lower-case hex digits`)
  }
  const colon = rest.lastIndexOf(':')
  const [name, tag] = splitAt(rest, colon > rest.lastIndexOf('/') ? colon : -1)
  if (tag !== null && !TAG.test(tag)) {
    return refused(`${quoted(tag)} is not a tag; a tag is up to 128 letters, digits, "_", "." and "-"`)
  }
  return parseName(name, { tag, digest })
}

/** As `parseImageReference`, for places where a bad reference ends the work. Throws `IMAGE_REFERENCE_INVALID`. */
export function imageReference(text: string): ImageReference {
  const parsed = parseImageReference(text)
  if (parsed.ok) return parsed.reference
  throw new TowpathError({
    code: 'IMAGE_REFERENCE_INVALID',
    kind: 'usage',
    message: `${quoted(text)} is not an image reference: ${parsed.problem}.`,
    hint: 'Nothing was asked of a registry. Write it as registry.example/team/app:1.2.3 or …@sha256:….',
  })
}

/** The full text of a reference, registry included. `imageReference` reads it back to the same value. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`
  const digest = reference.digest === null ? '' : `@${reference.digest}`
  return `${reference.domain}/${reference.path}${tag}${digest}`
}

/** `repository@digest`: the only form a deployment runs, because a tag can move. */
export const pinnedTo = (reference: ImageReference, digest: string): string =>
  formatImageReference({ ...reference, tag: null, digest })

/** True for `sha256:` and 64 lower-case hex digits. */
export const isImageDigest = (text: string): boolean => DIGEST.test(text)

function parseName(name: string, pins: Pick<ImageReference, 'tag' | 'digest'>): ParsedImageReference {
  const { domain, path } = splitDomain(name)
  if (!DOMAIN.test(domain)) return refused(`${quoted(domain)} is not a registry host`)
  if (path === '') return refused('the name of the image is missing')
  const bad = path.split('/').find((component) => !PATH_COMPONENT.test(component))
  if (bad !== undefined) return refused(nameProblem(bad))
  if (domain.length + 1 + path.length > LONGEST_NAME) {
    return refused(`its name is longer than ${LONGEST_NAME} characters`)
  }
  if (domain === 'docker.io' && /^library\/[0-9a-f]{64}$/.test(path)) {
    return refused('64 hex digits are an image id, which differs from host to host')
  }
  return { ok: true, reference: { domain, path, ...pins } }
}

/** The first component is a host when it could not be a path: a dot, a port, capitals, or `localhost`. */
function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  if (first !== '' && (/[.:A-Z[]/.test(first) || first === 'localhost')) {
    const domain = first === 'index.docker.io' ? 'docker.io' : first
    return { domain, path: withLibrary(domain, name.slice(slash + 1)) }
  }
  return { domain: 'docker.io', path: withLibrary('docker.io', name) }
}

const withLibrary = (domain: string, path: string): string =>
  domain === 'docker.io' && path !== '' && !path.includes('/') ? `library/${path}` : path

const splitAt = (text: string, at: number): [string, string | null] =>
  at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]

function nameProblem(component: string): string {
  if (component === '') return 'a part of its name between slashes is empty'
  return /[A-Z]/.test(component)
    ? `${quoted(component)} has capital letters; names of images are lower case`
    : `${quoted(component)} is not a name; use lower-case letters and digits, separated by ".", "_", "__" or "-"`
}

const refused = (problem: string): ParsedImageReference => ({ ok: false, problem })

/** Escaped and shortened: a hostile name must not write control characters to a terminal. */
function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return JSON.stringify(shown).replaceAll(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, '?')
}
