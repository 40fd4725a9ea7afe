/** The rules that both bots are told, so that it makes no difference which one a team takes. */
export const updateRules = {
  /** Day of the week on which new versions are looked for; fixes of advisories come at any time. */
  day: 'monday',
  /** Pull requests that wait at once, per kind with Dependabot, in all with Renovate. */
  pullRequestsMax: 10,
  /** Days that a version has to be out before it is proposed: most that are withdrawn or malicious are found by then. */
  cooldownDays: 7,
  /** The same for a patch. */
  cooldownPatchDays: 3,
  /** On every pull request, beside the name of its kind. */
  label: 'dependencies',
  /** Also on those that mend what an advisory says. */
  securityLabel: 'security',
} as const

/** People who are asked to look, as the forge names them; a team is `team:NAME`. */
export type Reviewers = readonly string[]

/** Whether a text names a user or a team of GitHub. */
export const isReviewer = (text: string): boolean => /^(?:team:)?[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text)

export const isTeam = (reviewer: string): boolean => reviewer.startsWith('team:')
