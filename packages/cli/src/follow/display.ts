import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { deploymentFrame } from '../screen/deployment-frame.ts'
import { eventLine } from '../screen/event-line.ts'
import { line, span } from '../screen/line.ts'
import { clockTime } from '../screen/time.ts'
import type { Context } from '../terminal/context.ts'
import { frameWriter } from '../terminal/frame-writer.ts'
import { painter } from '../terminal/paint.ts'
import { rowsOf } from '../terminal/shell.ts'
import type { Watched } from './watched-deployment.ts'

/** Shows what happens to a deployment. One implementation per kind of reader: terminal, plain lines, script. */
export interface Display {
  event(event: LedgerEvent, watched: Watched): void
  waiting(watched: Watched): void
  connection(connected: boolean, watched: Watched | null): void
  close(): void
}

export function deploymentDisplay(context: Context): Display {
  if (context.json) return scriptDisplay(context)
  return context.terminal.redraws ? liveDisplay(context) : plainDisplay(context)
}

const redrawMs = 1_000

/** One frame, redrawn on every event, every second and when the terminal changes its size. */
function liveDisplay({ shell, terminal }: Context): Display {
  const writer = frameWriter(shell.stdout, painter(terminal.colours))
  let shown: Watched | null = null
  const draw = (watched: Watched | null): void => {
    shown = watched
    if (watched !== null)
      writer.draw(deploymentFrame(watched, { now: shell.now(), rows: rowsOf(shell.stdout) - 1 }))
  }
  const redraw = (): void => draw(shown)
  const timer = setInterval(redraw, redrawMs)
  shell.stdout.on('resize', redraw)
  return {
    event: (_event, watched) => draw(watched),
    waiting: draw,
    connection: (_connected, watched) => draw(watched),
    close() {
      clearInterval(timer)
      shell.stdout.off('resize', redraw)
      writer.close()
    },
  }
}

/** One line per event, only ever added: CI, pipes, dumb terminals, screen readers. */
function plainDisplay(context: Context): Display {
  const tell = (text: string): void =>
    context.say([line(span('quiet', clockTime(context.shell.now().toISOString())), '  ', text)])
  return {
    event: (event) => context.say([eventLine(event)]),
    waiting: ({ waitsFor }) => {
      if (waitsFor !== null) tell(`○ waiting       ${waitsFor}`)
    },
    connection: (connected) =>
      tell(
        connected
          ? '● connected     the server answers again'
          : '▲ no answer     from the server, trying again',
      ),
    close() {},
  }
}

/** NDJSON: one line per piece of news; the last line is the command's own document. */
const scriptDisplay = ({ record }: Context): Display => ({
  event: (event) => {
    const { seq, at, type, deployment, actor } = event
    record({ news: 'event', seq, at, type, deployment, actor, says: describeEvent(event), data: event.data })
  },
  waiting: ({ waitsFor, deployment }) => record({ news: 'waiting', deployment: deployment.id, waitsFor }),
  connection: (connected) => record({ news: connected ? 'connected' : 'no-answer' }),
  close() {},
})
