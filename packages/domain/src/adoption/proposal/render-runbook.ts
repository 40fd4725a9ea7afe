import { duration } from '../../config/duration-text.ts'
import { gradedSeverities } from '../../evidence/evidence-policy.ts'
import { responseTimesMs } from '../../evidence/response-times.ts'
import { WAIVER_DAYS_MAX } from '../../advisory/waiver.ts'
import type { Proposal } from './proposal.ts'

/** Folders that teams keep such pages in, nearest first; `docs` where there is none of them. */
export const runbookFolders: readonly string[] = [
  'docs/runbooks',
  'doc/runbooks',
  'documentation/runbooks',
  'runbooks',
  'docs',
  'doc',
  'documentation',
]

/** Where the runbook goes: beside those a repository has. `hasFolder` says which of `runbookFolders` are there. */
export function runbookPath(hasFolder: (path: string) => boolean): string {
  const folder = runbookFolders.find(hasFolder) ?? 'docs'
  return `${folder.endsWith('runbooks') ? folder : `${folder}/runbooks`}/vulnerability-response.md`
}

/** What a team does when something known to be bad runs: who is told, by when it is answered, with which commands. */
export function renderRunbook({ project, environments }: Proposal): string {
  const names = environments.map(({ value }) => value)
  const environment = names.includes('production') ? 'production' : (names.at(-1) ?? 'production')
  return `${[
    `# Vulnerability response: ${project}`,
    '',
    'Written by `towpath init`, yours from here on. Change what does not fit your team; keep a deadline per severity.',
    '',
    ...peopleRows,
    ...clockRows,
    ...stepRows(environment),
    ...afterRows,
  ].join('\n')}\n`
}

const peopleRows: readonly string[] = [
  '## Who is told',
  '',
  '- CHECK ME: the channel, and who is on call there',
  '- CHECK ME: who decides where bump, waiver and rollback are all bad, and who stands in for them',
  '- CHECK ME: whom the law or a contract makes you tell (customers, an authority), and within how many hours',
  '',
]

const clockRows: readonly string[] = [
  '## The clock',
  '',
  'It starts when a finding is first known of something that is live, and not when somebody reads it. A finding on a',
  'release that is not live has no deadline: the gates stop it before it goes there.',
  '',
  '| severity | answered within |',
  '|---|---|',
  ...gradedSeverities
    .toReversed()
    .map((severity) => `| ${severity} | ${duration(responseTimesMs[severity])} |`),
  '',
  'Known to be exploited, or made to do harm: as critical, whatever its score. Not scored: as high. Answered means that',
  'what is live has it no more, or that a waiver with an owner, a reason and an end stands for it.',
  '',
]

const stepRows = (environment: string): string[] => [
  '## What to do',
  '',
  '1. See what is live, where, and since when:',
  '',
  ...shell('towpath findings --live'),
  '2. Say in the channel that you have it, and by when it has to be answered.',
  '3. Is it exploited here? Look at logs and at what was sent out before you change anything that would lose traces.',
  '   If it was, treat it as a break-in: change the secrets that it could read, and tell those who decide.',
  '4. Bump. The audit names the smallest command, or who stands in its way:',
  '',
  ...shell('towpath audit'),
  '5. Does it do no harm here, or can it not be bumped in time? Let it pass for a while, in a change that somebody else',
  `   reviews. It counts again after its last day, at most ${WAIVER_DAYS_MAX} days from now:`,
  '',
  ...shell(
    'towpath waivers add ADVISORY --package NAME --owner YOU --reason "WHY IT DOES NO HARM" --expires 30d --status not_affected',
  ),
  '6. Build, and deploy as always; the gates judge what was built:',
  '',
  ...shell(`towpath deploy RELEASE -e ${environment}`),
  '7. Did it come with the last release? Then the one before it may be the quickest way; look first whether that one has',
  '   the finding too:',
  '',
  ...shell(`towpath rollback -e ${environment}`),
  '8. Look again. It is over when nothing that counts is left:',
  '',
  ...shell('towpath findings --live'),
]

const shell = (command: string): string[] => ['   ```sh', `   ${command}`, '   ```', '']

const afterRows: readonly string[] = [
  '## Afterwards, within five working days',
  '',
  'For everything critical or exploited, and whatever missed its deadline, write down:',
  '',
  '- the advisory, the package and its versions before and after, and which releases had it live, from when to when',
  '- when it was published, first known here, acknowledged and answered',
  '- whether it was used against you, and how you know',
  '- what made it slow: who stood in the way of the bump, what had to be found out, which check came late',
  '- what changes because of it, who does that, and until when',
  '',
  'Waivers that were written on the way: put their last days into a calendar that their owner reads.',
]
