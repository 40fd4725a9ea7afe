/** Lines that group: a static message, values as fields. Every adapter redacts known secret values before it writes. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}
