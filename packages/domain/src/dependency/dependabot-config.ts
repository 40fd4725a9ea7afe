import { stringify } from 'yaml'
import { isTeam, updateRules } from './update-rules.ts'
import type { Reviewers } from './update-rules.ts'
import type { UpdateKind } from './update-kind.ts'
import type { UpdateTarget } from './update-target.ts'

/** Where GitHub looks for it; the first is where it is written. */
export const dependabotPaths = ['.github/dependabot.yml', '.github/dependabot.yaml'] as const

const head = `# Written by towpath deps config. Weekly, grouped, with time to cool down; fixes of advisories come at once, where
# "Dependabot security updates" is on in the settings of the repository. Major versions come one by one.
`

/**
 * `.github/dependabot.yml`, by GitHub's options reference and the published schema; null where Dependabot updates nothing
 * of what is there. Dependabot asks nobody for reviews but the owners in CODEOWNERS; it can assign users, not teams.
 */
export function renderDependabot(targets: readonly UpdateTarget[], reviewers: Reviewers): string | null {
  const updates = targets.flatMap((target) => entryOf(target, reviewers) ?? [])
  if (updates.length === 0) return null
  return `${head}${stringify({ version: 2, updates }, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

function entryOf({ kind, folders }: UpdateTarget, reviewers: Reviewers): Record<string, unknown> | null {
  if (kind.dependabot === null) return null
  const assignees = reviewers.filter((name) => !isTeam(name))
  return {
    'package-ecosystem': kind.dependabot,
    directories: folders,
    schedule: { interval: 'weekly', day: updateRules.day },
    'open-pull-requests-limit': updateRules.pullRequestsMax,
    labels: [updateRules.label, kind.name],
    ...(assignees.length === 0 ? {} : { assignees }),
    ...cooldownOf(kind),
    groups: groupsOf(kind),
  }
}

/** What has no versions of its own cannot cool down: a submodule follows a branch. */
function cooldownOf({ name, isCode }: UpdateKind): Record<string, unknown> {
  if (name === 'submodules') return {}
  const patch = isCode ? { 'semver-patch-days': updateRules.cooldownPatchDays } : {}
  return { cooldown: { 'default-days': updateRules.cooldownDays, ...patch } }
}

const small = { patterns: ['*'], 'update-types': ['minor', 'patch'] }

/** Fixes go apart from the rest, so that they do not wait for it. Advisories speak of code and actions, not of images. */
const groupsOf = ({ name, isCode }: UpdateKind): Record<string, unknown> => ({
  [`${name}-minor-and-patch`]: { 'applies-to': 'version-updates', ...small },
  ...(isCode || name === 'github-actions'
    ? { [`${name}-security`]: { 'applies-to': 'security-updates', ...small } }
    : {}),
})
