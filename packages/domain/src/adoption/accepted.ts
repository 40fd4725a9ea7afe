import type { Check } from './finding.ts'

/** `stop-signal`, or `stop-signal:WORD` for those whose message or file names that word. */
export function acceptedBy(
  check: Pick<Check, 'id' | 'file' | 'message'>,
  accepted: readonly string[],
): boolean {
  return accepted.some((text) => {
    const [id = '', word] = text.split(/:(.*)/s)
    return id === check.id && (word === undefined || `${check.message} ${check.file ?? ''}`.includes(word))
  })
}
