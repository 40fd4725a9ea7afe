import type { Log } from '@towpath/app/ports/log.ts'

/** One JSON object a line: time, level, a message that never varies, and its facts as fields. */
export function jsonLog(options: {
  write: (line: string) => void
  redact: (text: string) => string
  now: () => string
}): Log {
  const { write, redact, now } = options
  // By value, before it becomes JSON: a secret that looks like punctuation must not break the line.
  const clean = (_key: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value)
  const at =
    (level: string) =>
    (fields: Record<string, unknown>, message: string): void =>
      write(`${JSON.stringify({ at: now(), level, message, ...fields }, clean)}\n`)
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
