import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import type { ConfigFile } from '@towpath/domain/config/schema.ts'
import { configPath } from '../project/read-project.ts'
import type { Answers, Question } from '@towpath/domain/adoption/proposal/proposal.ts'
import { hostPath, isName, isRepository } from '@towpath/domain/config/section/field.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Context } from '../terminal/context.ts'

export interface InitOptions {
  project: string
  image: Record<string, string>
  environment: string[]
  folder?: string
  name?: string
  yes?: boolean
}

/** What the command line says, and what a `towpath.yaml` that is there said before. */
export function answersFrom(options: InitOptions, present: string | null): Answers {
  requireUsable(options)
  const file = present === null ? null : fileOf(present)
  return {
    project: options.name ?? file?.project ?? null,
    images: new Map(Object.entries(options.image)),
    environments:
      options.environment.length > 0 ? options.environment : Object.keys(file?.environments ?? {}),
    folder: options.folder ?? null,
    before: { images: imagesIn(file), folder: file?.defaults.host.folder ?? null },
  }
}

function fileOf(text: string): ConfigFile | null {
  const parsed = parseConfig({ path: configPath, text })
  return parsed.ok ? parsed.config.file : null
}

const imagesIn = (file: ConfigFile | null): Map<string, string> =>
  new Map(
    Object.values(file?.services ?? {}).flatMap((service): [string, string][] =>
      isRepository(service.image) ? [[service.compose, service.image]] : [],
    ),
  )

/** Throws ANSWER_WRONG for an answer that `towpath.yaml` could not hold. */
function requireUsable({ image, environment, folder }: InitOptions): void {
  const wrong = [
    ...Object.entries(image).flatMap(([key, text]) =>
      wrongAnswer(`--image ${key}=${text}`, imageFault(text)),
    ),
    ...environment.flatMap((name) => wrongAnswer(`--environment ${name}`, environmentFault(name))),
    ...(folder === undefined ? [] : wrongAnswer(`--folder ${folder}`, folderFault(folder))),
  ]
  if (wrong.length === 0) return
  throw new TowpathError({
    code: 'ANSWER_WRONG',
    kind: 'usage',
    message: `${wrong.join('; ')}.`,
    hint: 'Nothing was written.',
  })
}

const wrongAnswer = (given: string, fault: string | null): string[] =>
  fault === null ? [] : [`${given}: ${fault}`]

const imageFault = (text: string): string | null =>
  isRepository(text) ? null : 'it is a repository without tag or digest, such as ghcr.io/acme/backend'

const environmentFault = (text: string): string | null =>
  isName(text) ? null : 'a name has lower-case letters, digits and dashes, such as staging'

const folderFault = (text: string): string | null =>
  hostPath().safeParse(text).success
    ? null
    : 'it is an absolute path on the host, such as /srv/app/{environment}'

/** Asks what is open: on a terminal the person, with --yes nobody, and otherwise it ends with the options to add. */
export async function ask(
  context: Context,
  questions: readonly Question[],
  options: InitOptions,
): Promise<InitOptions> {
  if (questions.length === 0 || options.yes === true) return options
  if (!context.terminal.answers) throw answerNeeded(questions)
  let answered = options
  for (const question of questions) answered = answerOf(answered, question, await answerTo(context, question))
  return answered
}

async function answerTo({ shell }: Context, question: Question): Promise<string> {
  const prompts = await import('@clack/prompts')
  const { asks, fallback } = question
  // A made-up repository is nothing to start typing from; the other defaults mostly fit.
  const isImage = question.flag.startsWith('--image')
  const said = await prompts.text({
    message: asks,
    ...(isImage ? { placeholder: 'ghcr.io/acme/app; Enter leaves it open' } : { initialValue: fallback }),
    validate: (text) => faultOf(question, (text ?? '').trim()) ?? undefined,
    input: shell.stdin,
    output: shell.stderr,
  })
  if (typeof said === 'string') return said.trim() === '' ? fallback : said.trim()
  throw new TowpathError({
    code: 'NOT_CONFIRMED',
    kind: 'failed',
    message: 'It was not answered.',
    hint: 'Nothing was written.',
  })
}

function faultOf({ flag }: Question, text: string): string | null {
  if (text === '') return null
  if (flag.startsWith('--image')) return imageFault(text)
  if (flag.startsWith('--folder')) return folderFault(text)
  return (
    namesIn(text)
      .map(environmentFault)
      .find((fault) => fault !== null) ?? null
  )
}

const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '')

function answerOf(options: InitOptions, { flag }: Question, said: string): InitOptions {
  if (flag.startsWith('--folder')) return { ...options, folder: said }
  if (flag.startsWith('--environment')) return { ...options, environment: namesIn(said) }
  const key = /^--image (.+)=REPOSITORY$/.exec(flag)?.[1] ?? ''
  return { ...options, image: { ...options.image, [key]: said } }
}

const answerNeeded = (questions: readonly Question[]): TowpathError =>
  new TowpathError({
    code: 'ANSWER_NEEDED',
    kind: 'usage',
    message: `${questions.length === 1 ? 'One thing is' : `${questions.length} things are`} in no file here, and nobody can be asked: ${questions.map(({ asks }) => asks).join('; ')}.`,
    hint: `Nothing was written. Add ${questions.map(({ flag }) => flag).join(' ')}, or take the defaults and mend them later: towpath init --yes`,
    detail: { questions },
  })
