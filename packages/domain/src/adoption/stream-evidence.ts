import type { AdoptionSurvey } from './finding.ts'

/** Server-sent events and sockets that a process keeps in its memory: two at a time lose events between their users. */
const STREAMS: readonly RegExp[] = [
  /\bSse\s*<|axum::response::sse|actix_web_lab::sse|\bWebSocketUpgrade\b/,
  /text\/event-stream|new\s+WebSocketServer\s*\(|from\s+['"]socket\.io['"]|require\(['"]socket\.io['"]\)/,
  /\bStreamingResponse\([^)]*event-stream|EventSourceResponse\b/,
]

const WORDS =
  /\bsingle[- ]instance\b|\bonly (?:one|a single) instance\b|\bmust (?:not )?be (?:single|scaled)|\bdo not scale\b/i

export interface StreamEvidence {
  file: string
  line: number
  says: string
}

/** Where sources or comments show that one instance at a time may serve; null where nothing does. */
export function streamEvidence({
  files,
  compose,
}: Pick<AdoptionSurvey, 'files' | 'compose'>): StreamEvidence | null {
  for (const file of compose?.files ?? []) {
    const at = (files.texts.get(file) ?? '')
      .split(/\r?\n/)
      .findIndex((row) => WORDS.test(/#(.*)$/.exec(row)?.[1] ?? ''))
    if (at !== -1) return { file, line: at + 1, says: 'a comment says so' }
  }
  for (const [file, text] of files.texts) {
    if (
      !/\.(?:rs|[cm]?[jt]s|py|go)$/.test(file) ||
      /(?:^|\/)(?:tests?|__tests__|examples?|benches)\//.test(file)
    )
      continue
    if (!STREAMS.some((pattern) => pattern.test(text))) continue
    const at = text.split(/\r?\n/).findIndex((row) => STREAMS.some((pattern) => pattern.test(row)))
    return { file, line: at + 1, says: 'it keeps event streams or sockets open' }
  }
  return null
}
