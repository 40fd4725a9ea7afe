import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BaselinePlan } from '@towpath/domain/advisory/baseline.ts'
import { counted } from '@towpath/domain/evidence/counted.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { Shell } from '../terminal/shell.ts'
import { baselineFile } from './baseline-store.ts'

/** The line of what is old, where one was drawn: what is said of it, and what became of the baseline. */
export interface FirstLine {
  page: Line[]
  change: Pick<BaselinePlan, 'added'> | null
}

const untouched: FirstLine = { page: [], change: null }

/**
 * Draws the line of what is old in a folder that has lockfiles and no baseline yet, by the advisories at hand. What stands
 * in the way is told: whatever called this went well, and still counts.
 */
export async function drawFirstLine(shell: Shell): Promise<FirstLine> {
  if (existsSync(join(shell.folder, baselineFile))) return untouched
  try {
    const { findLockfiles } = await import('./find-lockfiles.ts')
    if (findLockfiles(shell.folder, ['.']).length === 0) return untouched
    const { ownerIn } = await import('../commands/waive.ts')
    const { runAudit } = await import('./run-audit.ts')
    const { result, redrawn } = await runAudit(shell, {
      ...{ paths: ['.'], lockfiles: [], advisories: undefined, rule: 'none', ageMaxMs: null },
      ...{ shippedOnly: false, images: [], engines: null },
      baseline: { owner: ownerIn(shell.env), acceptsNew: false },
    })
    const known = counted(redrawn?.added.length ?? 0, 'finding')
    const open = result.unknowns.length
    const unjudged =
      open === 0 ? '' : `; ${counted(open, 'thing')} could not be judged: towpath audit shows what`
    return {
      page: [
        line(
          span('good', '✔ drew a line'),
          `  ${known} known today, in ${baselineFile}: commit it${unjudged}`,
        ),
      ],
      change: redrawn === null ? null : { added: redrawn.added },
    }
  } catch (thrown) {
    if (!(thrown instanceof TowpathError)) throw thrown
    return {
      page: [
        line(span('warning', '▲ drew no line'), `  of what is old: ${thrown.message}`),
        line(span('quiet', `  Once that is mended: towpath audit --baseline${ownerFor(thrown)}`)),
      ],
      change: null,
    }
  }
}

/** `adopt` has no option for it, so the command to run says it whole. */
const ownerFor = ({ code }: TowpathError): string => (code === 'OWNER_UNKNOWN' ? ' --owner NAME' : '')
