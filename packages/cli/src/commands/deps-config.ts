import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  autoMergePath,
  renderAutoMerge,
  withAutoMerge,
} from '@towpath/domain/dependency/dependabot-auto-merge.ts'
import { dependabotPaths, renderDependabot } from '@towpath/domain/dependency/dependabot-config.ts'
import { renderRenovate, renovatePaths } from '@towpath/domain/dependency/renovate-config.ts'
import { isReviewer, isTeam } from '@towpath/domain/dependency/update-rules.ts'
import { updateTargets } from '@towpath/domain/dependency/update-target.ts'
import type { UpdateTarget } from '@towpath/domain/dependency/update-target.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { readSources } from '../deps/read-sources.ts'
import type { Answer } from '../outcome/answer.ts'
import { planFiles, writeFiles } from '../repository/new-files.ts'
import { depsConfigPage } from '../screen/deps-config-page.ts'
import type { Context } from '../terminal/context.ts'

interface ConfigOptions {
  project: string
  renovate?: true
  dependabot?: true
  write?: true
  reviewer: string[]
}

/** `towpath deps config`: what one update bot has to know of this repository. Writes only with --write, and over nothing. */
export async function writeDepsConfig({ shell }: Context, options: ConfigOptions): Promise<Answer> {
  const bot = botOf(options)
  requireReviewers(options.reviewer, bot)
  const folder = resolve(shell.folder, options.project)
  const { unread, ...sources } = readSources(folder)
  const found = updateTargets(sources)
  const targets = bot === 'dependabot' ? withAutoMerge(found) : found
  const texts = textsFor(bot, { folder, targets, reviewers: options.reviewer })
  if (texts.size === 0) throw nothingToUpdate(folder, bot)
  const plan = planFiles(folder, texts)
  const isWritten = options.write === true
  if (isWritten) writeFiles(folder, plan.fresh)
  const notes = notesOn(bot, { folder, targets, unread })
  return {
    page: depsConfigPage({ targets, plan, isWritten, notes }),
    json: {
      bot,
      kinds: targets.map(({ kind, folders }) => ({
        name: kind.name,
        folders,
        covered: bot === 'renovate' || kind.dependabot !== null,
      })),
      written: isWritten ? [...plan.fresh.keys()] : [],
      missing: isWritten ? [] : [...plan.fresh].map(([path, text]) => ({ path, text })),
      differing: plan.differing,
      same: plan.same,
      notes,
    },
  }
}

type Bot = 'renovate' | 'dependabot'

function botOf({ renovate, dependabot }: ConfigOptions): Bot {
  if (renovate === true) return 'renovate'
  if (dependabot === true) return 'dependabot'
  throw new TowpathError({
    code: 'BOT_NOT_NAMED',
    kind: 'usage',
    message: 'It was not said for which bot the configuration is meant.',
    hint: 'Nothing was written. On GitHub alone: towpath deps config --dependabot; on any forge: towpath deps config --renovate',
  })
}

function requireReviewers(reviewers: readonly string[], bot: Bot): void {
  const wrong = reviewers.find((name) => !isReviewer(name) || (bot === 'dependabot' && isTeam(name)))
  if (wrong === undefined) return
  throw new TowpathError({
    code: 'REVIEWER_WRONG',
    kind: 'usage',
    message: isReviewer(wrong)
      ? `--reviewer ${wrong}: Dependabot assigns users, not teams.`
      : `--reviewer ${wrong}: it is the name of a user, such as alice, or of a team, such as team:platform.`,
    hint: 'Nothing was written. A team that is to review what Dependabot proposes stands in .github/CODEOWNERS.',
  })
}

interface Wanted {
  folder: string
  targets: readonly UpdateTarget[]
  reviewers: readonly string[]
}

/** Under the name that is there already, so that no second configuration appears beside the first. */
function textsFor(bot: Bot, { folder, targets, reviewers }: Wanted): Map<string, string> {
  const presentOf = <Path extends string>(paths: readonly [Path, ...Path[]]): Path =>
    paths.find((path) => existsSync(join(folder, path))) ?? paths[0]
  const texts: [string, string | null][] =
    bot === 'renovate'
      ? [[presentOf(renovatePaths), renderRenovate(targets, reviewers)]]
      : [
          [presentOf(dependabotPaths), renderDependabot(targets, reviewers)],
          [autoMergePath, renderAutoMerge(targets)],
        ]
  return new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, text] as const])))
}

function notesOn(
  bot: Bot,
  {
    folder,
    targets,
    unread,
  }: { folder: string; targets: readonly UpdateTarget[]; unread: readonly string[] },
): string[] {
  const others = (bot === 'renovate' ? dependabotPaths : renovatePaths).filter((path) =>
    existsSync(join(folder, path)),
  )
  return [
    ...targets
      .filter(({ kind }) => bot === 'dependabot' && kind.dependabot === null)
      .map(
        ({ kind, folders }) =>
          `${kind.name} (${folders.join(', ')}) is not updated by Dependabot; Renovate does`,
      ),
    ...(isBelowTop(folder)
      ? ['this is not the top of the repository, and bots read these files there alone; name it with -C']
      : []),
    ...others.map((path) => `${path} is there too: two bots propose everything twice, so keep one`),
    ...unread.map((message) => `not looked at: ${message}`),
  ]
}

/** Whether a folder above, and not this one, is the top of a repository. */
function isBelowTop(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at !== folder
    if (at === dirname(at)) return false
  }
}

const nothingToUpdate = (folder: string, bot: Bot): TowpathError =>
  new TowpathError({
    code: 'NOTHING_TO_UPDATE',
    kind: 'usage',
    message: `There is nothing in ${folder} that ${bot === 'renovate' ? 'Renovate' : 'Dependabot'} could keep current: no lockfile, manifest, image or action.`,
    hint: 'Nothing was written. Go to the top of the repository, or name it with -C.',
  })
