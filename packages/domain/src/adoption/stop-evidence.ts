import type { AdoptionSurvey } from './finding.ts'

/** What a repository shows of how a program ends when it is told to. */
export interface StopEvidence {
  /** A place where the signal is caught; null where none was seen. */
  caught: { file: string; line: number } | null
  /** Source files that were looked at. */
  sources: number
}

/** Calls by which programs of the usual languages ask for SIGTERM, or let a framework do it. */
const CATCHES: readonly RegExp[] = [
  /\bctrl_c\s*\(|SignalKind::terminate|\bsignal_hook\b|with_graceful_shutdown|tokio_graceful|\bgraceful_shutdown\b/,
  /\bprocess\s*\.\s*(?:on|once|addListener)\s*\(\s*['"`]SIGTERM|\benableShutdownHooks\s*\(|\bclose-with-grace\b|\b(?:http-)?terminus\b|\bstoppable\b/,
  /\bsignal\.(?:Notify|NotifyContext)\s*\(|\bsignal\.signal\s*\(\s*signal\.SIGTERM|\badd_signal_handler\s*\(/,
  /\bSignal\.trap\s*\(?\s*['"](?:SIG)?TERM|\btrap\s+(?:['"][^'"]*['"]|\w+)\s+(?:SIG)?TERM\b/,
  /server\.shutdown\s*=\s*graceful|@PreDestroy|addShutdownHook|IHostApplicationLifetime/,
]

const SOURCE = /\.(?:rs|[cm]?[jt]sx?|py|go|rb|java|kt|kts|cs|php|ex|exs|scala)$/

/** Looks through the sources below a folder (empty for all) for a handler of SIGTERM. */
export function stopEvidence({ files }: AdoptionSurvey, folder: string): StopEvidence {
  const prefix = folder === '' ? '' : `${folder}/`
  let sources = 0
  for (const [file, text] of files.texts) {
    if (!file.startsWith(prefix) || !SOURCE.test(file)) continue
    sources += 1
    if (/(?:^|\/)(?:tests?|__tests__|spec|examples?|benches)\//.test(file)) continue
    if (!CATCHES.some((pattern) => pattern.test(text))) continue
    const at = text
      .split(/\r?\n/)
      .findIndex((row) => CATCHES.some((pattern) => pattern.test(row)) && !/^\s*(?:\/\/|#|\*)/.test(row))
    if (at !== -1) return { caught: { file, line: at + 1 }, sources }
  }
  return { caught: null, sources }
}
