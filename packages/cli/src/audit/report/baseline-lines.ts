import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import { baselineSchedule } from '@towpath/domain/advisory/baseline.ts'
import type { BaselinePlan } from '@towpath/domain/advisory/baseline.ts'
import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { line, span } from '../../screen/line.ts'
import type { Line } from '../../screen/line.ts'
import { baselineFile } from '../baseline-store.ts'

interface BaselineFacts {
  result: AuditResult
  of: string | null
  redrawn: BaselinePlan | null
}

/** Until when what is old passes, what counts again, and what is mended: the way a baseline shrinks. */
export function baselineLines({ result, of, redrawn }: BaselineFacts): Line[] {
  const again = `towpath ${of === null ? 'audit' : `scan ${of}`} --baseline`
  const { expired, unused, unknowns } = result
  // Where something could not be judged, nobody knows that a finding is gone.
  const gone = unknowns.length > 0 ? [] : unused.filter(isBaseline)
  return [
    ...baselineSchedule(result.findings).map(({ expires, count }) =>
      line(span('quiet', '○ '), `${count} known, ${count === 1 ? 'passes' : 'pass'} until ${expires}`),
    ),
    ...expired
      .filter(isBaseline)
      .map(({ advisory, package: name, expires, owner }) =>
        line(
          span('bad', '✖ '),
          `${advisory} of ${name ?? ''} passed until ${expires}; it counts again`,
          span('quiet', `  owner: ${owner}`),
        ),
      ),
    ...gone.map(({ advisory, package: name }) =>
      line(
        span('good', '✔ '),
        `${advisory} of ${name ?? ''} is found no more`,
        span('quiet', `  take it out: ${again}`),
      ),
    ),
    ...(redrawn === null ? [] : changeLines(redrawn, { again, isPartial: unknowns.length > 0 })),
  ]
}

const isBaseline = ({ by }: FindingWaiverRule): boolean => by === 'baseline'

function changeLines(
  { added, gone, left }: BaselinePlan,
  { again, isPartial }: { again: string; isPartial: boolean },
): Line[] {
  return [
    line(span('strong', baselineFile), `  ${added.length} taken in, ${gone.length} taken out`),
    ...gone.map(({ advisory, package: name }) => line(span('good', '✔ '), `${advisory} of ${name}: gone`)),
    ...(left === 0
      ? []
      : [
          line(
            span('warning', '▲ '),
            `${left} new since it was drawn: ${left === 1 ? 'it counts' : 'they count'}`,
            span('quiet', `  take in: ${again} --accept-new`),
          ),
        ]),
    ...(isPartial
      ? [
          line(
            span('warning', '? '),
            'nothing was taken out: not all could be judged, so nobody knows it is gone',
          ),
        ]
      : []),
  ]
}
