import { secretPlaceholder } from './secret-placeholder.ts'

/** `secret:NAME`: a value of the environment's encrypted file. */
export const SECRET_REFERENCE_PATTERN = /^secret:[A-Za-z_][A-Za-z0-9_]*$/

/** `var:NAME`: a value of the environment's plain settings. */
export const SETTING_REFERENCE_PATTERN = /^var:[A-Za-z_][A-Za-z0-9_]*$/

/** A value with its reference followed: a secret becomes its placeholder, a setting its value. */
export type FollowedReference = { ok: true; text: string } | { ok: false; missingSetting: string }

/** Follows a whole-value reference; plain text stays as it is. */
export function followReference(text: string, settings: ReadonlyMap<string, string>): FollowedReference {
  if (SECRET_REFERENCE_PATTERN.test(text)) return { ok: true, text: secretPlaceholder(nameIn(text)) }
  if (!SETTING_REFERENCE_PATTERN.test(text)) return { ok: true, text }
  const name = nameIn(text)
  const value = settings.get(name)
  return value === undefined ? { ok: false, missingSetting: name } : { ok: true, text: value }
}

const nameIn = (reference: string): string => reference.slice(reference.indexOf(':') + 1)
