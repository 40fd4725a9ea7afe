import type { Line } from '../screen/line.ts'
import { renderPage } from '../screen/line.ts'
import { wrapLine } from '../screen/wrap-line.ts'
import { painter } from './paint.ts'
import { columnsOf, readTerminal } from './shell.ts'
import type { Output, Shell, Terminal } from './shell.ts'

/** Options that every command takes. */
export interface SharedOptions {
  json?: boolean
  server?: string
}

/** What a command may reach: where it runs, what it was told, and the only ways to say something. */
export interface Context {
  shell: Shell
  terminal: Terminal
  json: boolean
  /** Address given with --server; null leaves the choice to the environment and the state folder. */
  server: string | null
  /** Lines that are the product, for people; nothing under --json. */
  say: (lines: readonly Line[]) => void
  /** Lines beside the product, on stderr; nothing under --json. */
  aside: (lines: readonly Line[]) => void
  /** One JSON document on its own line, only under --json. */
  record: (document: object) => void
}

export function openContext(shell: Shell, { json = false, server }: SharedOptions): Context {
  const terminal = readTerminal(shell, json)
  const paint = painter(terminal.colours)
  // Only the live view cuts its lines: what is said once is said whole.
  const textFor = (output: Output, lines: readonly Line[]): string => {
    const columns = columnsOf(output)
    const rows = columns === null ? lines : lines.flatMap((one) => wrapLine(one, columns))
    return renderPage(rows, { columns: null, paint })
  }
  return {
    shell,
    terminal,
    json,
    server: server ?? null,
    say: (lines) => {
      if (!json) shell.stdout.write(textFor(shell.stdout, lines))
    },
    aside: (lines) => {
      if (!json) shell.stderr.write(textFor(shell.stderr, lines))
    },
    record: (document) => {
      if (json) shell.stdout.write(`${JSON.stringify(document)}\n`)
    },
  }
}
