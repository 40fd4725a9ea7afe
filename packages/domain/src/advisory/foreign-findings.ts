import type { Inventory } from '../inventory/component.ts'
import type { Finding } from './finding.ts'

/** Programs that cannot run where they are, as findings: whatever calls one fails, so each counts as high. */
export const foreignFindings = ({ ecosystem, foreign = [] }: Inventory): Finding[] =>
  foreign.map(({ file, machine, platform, others }) => ({
    id: 'WRONG-ARCHITECTURE',
    aliases: [],
    package: file,
    version: machine,
    kind: 'wrong-architecture',
    severity: 'high',
    score: null,
    fixed: null,
    presence: 'shipped',
    path: [],
    ecosystem,
    file,
    line: null,
    summary: `a program for ${machine} in an image for ${platform}${others === 0 ? '' : `, as are ${others} more`}`,
    bump: null,
    isExploited: false,
    exploitProbability: null,
    waiver: null,
  }))
