import { compareText } from '../version/order.ts'
import { updateKinds } from './update-kind.ts'
import type { UpdateTarget } from './update-target.ts'

export const autoMergePath = '.github/workflows/dependabot-auto-merge.yml'

/** By commit, since a tag can be moved: it runs with a token that may write. */
const metadataAction = 'dependabot/fetch-metadata@21025c705c08248db411dc16f3619e6b5f9ea21a # v2.5.0'

/**
 * What may be merged without a person, over the list that `dependabot/fetch-metadata` gives: patches, and minors from
 * 1.0.0 on. Below that a minor may break as a major does, and below 0.1.0 a patch may. A version that is not told is none.
 */
const smallOnly = [
  'length == 1 and (.[0] | length > 0 and all(.[];',
  '  (.updateType == "version-update:semver-patch" and (.newVersion | test("^v?(0\\\\.[1-9]|[1-9])")))',
  '  or (.updateType == "version-update:semver-minor" and (.newVersion | test("^v?[1-9]")))))',
]

/**
 * A workflow that turns GitHub's own auto-merge on for small updates of code. It runs on `pull_request`, so with the
 * workflow of the pull request and without secrets; it checks nothing out. Actions, images and everything else that is no
 * code are not in its list. Without a required check GitHub would merge at once, so then it leaves the pull request alone.
 * Null where nothing that is there may be merged so.
 */
export function renderAutoMerge(targets: readonly UpdateTarget[]): string | null {
  const branches = targets.flatMap(({ kind }) => (kind.isCode && kind.branch !== null ? [kind.branch] : []))
  if (branches.length === 0) return null
  const listed = JSON.stringify(branches)
  return `${[
    '# Written by towpath deps config. Merges patch and minor updates of code once every required check is green. Never major',
    '# versions, Actions or images, never where the maintainers of a package changed. It needs "Allow auto-merge" in the',
    '# settings of the repository, and at least one required check on the branch.',
    'name: dependabot-auto-merge',
    'on: pull_request',
    'permissions: {}',
    'jobs:',
    '  auto-merge:',
    "    if: github.event.pull_request.user.login == 'dependabot[bot]' && github.actor == 'dependabot[bot]'",
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 5',
    '    permissions: {contents: write, pull-requests: write}',
    '    steps:',
    '      - id: update',
    `        uses: ${metadataAction}`,
    '      - name: Merge when green',
    `        if: contains(fromJSON('${listed}'), steps.update.outputs.package-ecosystem) && steps.update.outputs.maintainer-changes == 'false'`,
    '        env:',
    '          GH_TOKEN: ${{ github.token }}',
    '          REPOSITORY: ${{ github.repository }}',
    '          BASE: ${{ github.event.pull_request.base.ref }}',
    '          PULL_REQUEST: ${{ github.event.pull_request.html_url }}',
    '          UPDATES: ${{ steps.update.outputs.updated-dependencies-json }}',
    '        run: |',
    ...scriptRows.map((row) => (row === '' ? '' : `          ${row}`)),
  ].join('\n')}\n`
}

/** The same with the action that this workflow brings, which wants to be kept current as well: a second run finds it there. */
export function withAutoMerge(targets: readonly UpdateTarget[]): UpdateTarget[] {
  if (renderAutoMerge(targets) === null) return [...targets]
  return updateKinds.flatMap((kind) => {
    const own = targets.find((target) => target.kind === kind)
    if (kind.name !== 'github-actions') return own ?? []
    const folders = [...new Set(['/', ...(own?.folders ?? [])])].toSorted(compareText)
    return { kind, folders, managers: own?.managers ?? ['github-actions'] }
  })
}

/** Either way of requiring a check counts: a ruleset, or the older protection of branches. */
const scriptRows = [
  'set -euo pipefail',
  // Read as a list of documents: jq takes an empty text for no failure, and the last of several for the answer.
  "if ! jq --slurp --exit-status '",
  ...smallOnly.map((row) => `  ${row}`),
  '\' <<< "$UPDATES" > /dev/null; then',
  '  echo "Left for a person: not only patch and minor updates of stable versions."',
  '  exit 0',
  'fi',
  'rules=$(gh api "repos/$REPOSITORY/rules/branches/$BASE" \\',
  '  --jq \'[.[] | select(.type == "required_status_checks")] | length\')',
  'older=$(gh api "repos/$REPOSITORY/branches/$BASE" \\',
  "  --jq '.protection.required_status_checks.contexts // [] | length')",
  'if [ "$((rules + older))" -eq 0 ]; then',
  '  echo "::warning::Not merged: $BASE requires no check, so nothing would say that this is good."',
  '  exit 0',
  'fi',
  'gh pr merge --auto --squash "$PULL_REQUEST"',
]
