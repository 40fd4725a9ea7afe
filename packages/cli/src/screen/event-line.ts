import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { line, span } from './line.ts'
import type { Line, Span } from './line.ts'
import { clockTime } from './time.ts'
import { outcomeSigns, signSpan, stepSigns } from './words.ts'

const signWidth = 14

/** One event as one line that is only ever added: for CI, logs, screen readers and `explain`. */
export const eventLine = (event: LedgerEvent): Line =>
  line(span('quiet', clockTime(event.at)), '  ', signOf(event), '  ', textOf(event))

/** The sign of an ending says how already. */
const textOf = (event: LedgerEvent): string =>
  event.type === 'deployment.finished' ? event.data.reason : describeEvent(event)

function signOf(event: LedgerEvent): Span {
  switch (event.type) {
    case 'step.failed':
      return signSpan(stepSigns.failed, signWidth)
    case 'deployment.finished':
      return signSpan(outcomeSigns[event.data.outcome], signWidth)
    case 'gates.evaluated':
      return signSpan(event.data.passed ? stepSigns.done : stepSigns.failed, signWidth)
    case 'deployment.requested':
    case 'deployment.abort-requested':
      return span('running', '● asked'.padEnd(signWidth))
    case 'deployment.started':
      return span('running', '● started'.padEnd(signWidth))
    default:
      return signSpan(stepSigns.done, signWidth)
  }
}
