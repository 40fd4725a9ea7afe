import { fillSecrets } from '@towpath/domain/config/secret-placeholder.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/**
 * Puts secret values into every text of a create body but its labels, which anyone with the socket lists. Returns a new
 * body; throws `SECRET_MISSING` with the names, before anything is created.
 */
export function fillBody(
  body: Record<string, unknown>,
  options: { secrets: ReadonlyMap<string, string>; container: string },
): Record<string, unknown> {
  const missing = new Set<string>()
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const filled = fillSecrets(value, options.secrets)
      for (const name of filled.missing) missing.add(name)
      return filled.text
    }
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  const { Labels: labels, ...rest } = body
  const filled = fill(rest) as Record<string, unknown>
  if (missing.size > 0) throw secretMissing([...missing], options.container)
  return { ...filled, Labels: labels }
}

const secretMissing = (names: string[], container: string): TowpathError =>
  new TowpathError({
    code: 'SECRET_MISSING',
    kind: 'blocked',
    message: `Container ${container} needs ${names.join(', ')}, which the environment's secrets do not hold.`,
    hint: `Nothing was created. Add it with \`towpath secrets set ${names[0]}\`, then deploy again.`,
    detail: { names },
  })
