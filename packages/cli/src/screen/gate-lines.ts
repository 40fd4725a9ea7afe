import type { GateResult, UsedWaiver } from '@towpath/domain/gate/gate.ts'
import { line, span } from './line.ts'
import type { Line } from './line.ts'
import { gateSigns, signSpan } from './words.ts'

const signWidth = 16

/** A gate's answer as it comes from the ledger or from the server. */
export interface GateLine extends Pick<GateResult, 'gate' | 'answer' | 'why' | 'waiver'> {
  fix?: string | null
  waivers?: readonly UsedWaiver[]
}

/** The checklist, item by item: the answer, why, and for what holds it up the way to mend it. */
export function gateLines(results: readonly GateLine[]): Line[] {
  const width = Math.max(0, ...results.map(({ gate }) => gate.length))
  return results.flatMap(({ gate, answer, why, waiver, fix, waivers = [] }) => [
    line(
      '  ',
      signSpan(gateSigns[waiver === null ? answer : 'waived'], signWidth),
      `  ${gate.padEnd(width)}  ${why}`,
    ),
    ...(waiver === null
      ? []
      : [
          line(
            span(
              'quiet',
              `${indent(width)}waived by ${waiver.owner} until ${waiver.expiresAt}: ${waiver.reason}`,
            ),
          ),
        ]),
    ...waivers.map(({ advisory, package: name, owner, expires, reason }) =>
      line(
        span(
          'quiet',
          `${indent(width)}${advisory} in ${name} waived by ${owner} until ${expires}: ${reason}`,
        ),
      ),
    ),
    ...(typeof fix === 'string' && waiver === null ? [line(`${indent(width)}-> ${fix}`)] : []),
  ])
}

const indent = (width: number): string => ' '.repeat(signWidth + width + 6)
