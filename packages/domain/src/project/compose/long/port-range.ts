/** Each published port costs the engine a process or a rule. */
export const MAX_PORTS = 2_000

/** `8000` or `8000-8005` as single ports, at most `MAX_PORTS`; null where it is neither. */
export function portRange(text: string): number[] | null {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!match) return null
  const first = Number(match[1])
  const last = Number(match[2] ?? first)
  if (last < first || last > 65_535 || last - first >= MAX_PORTS) return null
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
