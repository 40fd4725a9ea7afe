import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { adoptionSurvey } from '@towpath/domain/adoption/lint.ts'
import type { AdoptionSurvey } from '@towpath/domain/adoption/finding.ts'
import { foundIn } from '@towpath/domain/adoption/proposal/found.ts'
import { isStarted, propose } from '@towpath/domain/adoption/proposal/propose.ts'
import type { Proposed } from '@towpath/domain/adoption/proposal/propose.ts'
import { suggestWord } from '@towpath/domain/config/did-you-mean.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { surveyRepository } from '@towpath/domain/repository/survey.ts'
import { answersFrom, ask } from '../init/answers.ts'
import type { InitOptions } from '../init/answers.ts'
import { textsOf } from '../init/files.ts'
import type { Answer } from '../outcome/answer.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { configPath } from '../project/read-project.ts'
import { remotesOf } from '../repository/last-commit.ts'
import { planFiles, writeFiles } from '../repository/new-files.ts'
import type { Plan } from '../repository/new-files.ts'
import { walkRepository } from '../repository/walk-repository.ts'
import { foundLines, planLines } from '../screen/init-page.ts'
import { columnsOf } from '../terminal/shell.ts'
import type { Context } from '../terminal/context.ts'

/** `towpath init`: reads a repository and writes what Towpath needs beside it. Changes no file that is there. */
export async function init(context: Context, options: InitOptions): Promise<Answer> {
  const { shell } = context
  const folder = resolve(shell.folder, options.project)
  const present = new ProjectFolder(folder).text(configPath)
  const survey = surveyOf(folder, shell.now())
  requireServices(survey, Object.keys(options.image))
  const proposedBy = (given: InitOptions): Proposed =>
    propose(survey, {
      answers: answersFrom(given, present),
      facts: { folderName: folder.split('/').at(-1) ?? '', remotes: remotesOf(folder) },
    })
  const first = proposedBy(options)
  const found = foundIn(first.proposal)
  const columns = columnsOf(shell.stdout)
  // What was found is read before the questions: it says why they are asked.
  const isAsked = first.questions.length > 0 && context.terminal.answers && options.yes !== true
  if (isAsked) context.aside(foundLines(found, columns))
  const { proposal } = proposedBy(await ask(context, first.questions, options))
  const texts = textsOf(proposal, (path) => existsSync(join(folder, path)))
  const plan = planFiles(folder, texts)
  // Beside a towpath.yaml of somebody's own nothing is written: it may mean other files.
  const isSecond = present !== null
  if (!isSecond) writeFiles(folder, plan.fresh)
  const toCheck = [...texts].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((row, at) =>
        row.includes('CHECK ME') ? [{ file: path, line: at + 1, says: row.trim() }] : [],
      ),
  )
  return {
    page: [
      ...(isAsked ? [] : foundLines(foundIn(proposal), columns)),
      ...planLines({ plan, isSecond, toCheck, secrets: proposal.secret, columns }),
    ],
    json: documentOf({
      plan,
      isSecond,
      found: foundIn(proposal),
      toCheck,
      asked: first.questions.map(({ flag }) => flag),
      secret: proposal.secret,
      plain: proposal.plain,
    }),
    next: ['towpath check'],
  }
}

function surveyOf(folder: string, now: Date): AdoptionSurvey {
  const survey = adoptionSurvey(surveyRepository(walkRepository(folder), null), null, now)
  if (survey.services.some((service) => service.role === 'app' && isStarted(service))) return survey
  const file = survey.compose?.files[0]
  const [broken] = survey.unread.filter((one) => one.file === file)
  throw new TowpathError({
    code: 'NOTHING_TO_SHIP',
    kind: 'usage',
    message:
      broken !== undefined
        ? `${broken.file}:${broken.line} cannot be read: ${broken.message}.`
        : file === undefined
          ? `There is no docker-compose.yaml or compose.yaml in ${folder} that can be read.`
          : `${file} has no service of your own: proxies, databases and jobs alone are nothing to ship.`,
    hint: 'Nothing was written. Go to the folder of the compose file, or name it with -C.',
  })
}

/** Throws ANSWER_WRONG for an image of a service that the compose file does not have: it would be written nowhere, unseen. */
function requireServices({ services }: AdoptionSurvey, named: readonly string[]): void {
  const names = services.filter(({ role }) => role === 'app').map(({ written }) => written.name)
  const strange = named.filter((name) => !names.includes(name))
  const [first] = strange
  if (first === undefined) return
  throw new TowpathError({
    code: 'ANSWER_WRONG',
    kind: 'usage',
    message: `--image ${strange.join(', ')}: the compose file has no service of that name that takes traffic.`,
    hint: `Nothing was written. ${suggestWord(first, names) ?? `It has: ${names.join(', ')}.`}`,
  })
}

function documentOf({
  plan,
  isSecond,
  ...rest
}: { plan: Plan; isSecond: boolean } & Record<string, unknown>): Answer['json'] {
  return {
    written: isSecond ? [] : [...plan.fresh.keys()],
    differing: plan.differing,
    same: plan.same,
    missing: isSecond ? [...plan.fresh.keys()] : [],
    ...rest,
  }
}
