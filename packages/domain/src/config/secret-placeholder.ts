/**
 * Stand-ins for secret values. Compose files are interpolated with these, so plans, events, diffs and logs can hold
 * the whole model and never a secret; the value goes in at the last moment, in the call that creates a container.
 */
const PLACEHOLDER = /\u27easecret:([A-Za-z_][A-Za-z0-9_]*)\u27eb/g

export const secretPlaceholder = (name: string): string => `\u27easecret:${name}\u27eb`

/** Names of the secrets a text stands in for, in order of first use, without repeats. */
export const secretNamesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '')),
]

/** Puts values in. A name without a value stays as it is and is listed in `missing`. */
export function fillSecrets(
  text: string,
  values: ReadonlyMap<string, string>,
): { text: string; missing: string[] } {
  const missing = new Set<string>()
  const filled = text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = values.get(name)
    if (value === undefined) missing.add(name)
    return value ?? whole
  })
  return { text: filled, missing: [...missing] }
}
