import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { documentOf } from './outcome/answer.ts'
import type { Answer } from './outcome/answer.ts'
import { exitCodes } from './outcome/exit-code.ts'
import type { ExitCode } from './outcome/exit-code.ts'
import { commandsIn, failureOf, failurePage } from './outcome/failure.ts'
import type { Act } from './program/act.ts'
import { namesOf } from './program/help-page.ts'
import { missingOption } from './program/options.ts'
import { buildProgram } from './program/program.ts'
import { annotate, summarize } from './terminal/github.ts'
import { openContext } from './terminal/context.ts'
import type { Context, SharedOptions } from './terminal/context.ts'
import type { Shell } from './terminal/shell.ts'

/** Runs one command line to its end and tells how it ended. Never throws: what goes wrong is printed. */
export async function runCommandLine(shell: Shell): Promise<ExitCode> {
  const context = openContext(shell, { json: asksForJson(shell.argv) })
  try {
    const answer = await parseAndRun(shell)
    if (answer === null) return exitCodes.reached
    if (answer.silent !== true) await print(context, answer)
    return answer.exit ?? exitCodes.reached
  } catch (thrown) {
    return printThrown(context, thrown)
  }
}

/** The command's answer; null where help or the version was all that was asked for, and is printed. */
async function parseAndRun(shell: Shell): Promise<Answer | null> {
  const answers: Answer[] = []
  const json = asksForJson(shell.argv)
  let printed = ''
  const program = buildProgram(
    actIn(shell, (answer) => answers.push(answer)),
    {
      writeOut: (text) => {
        if (json) printed += text
        else shell.stdout.write(text)
      },
      // What commander would say is said by us, in one way for all errors.
      writeErr: () => {},
      outputError: () => {},
    },
  )
  try {
    if (shell.argv[0] === 'complete') {
      const { offerCompletion } = await import('./program/completion.ts')
      offerCompletion(program, shell)
    }
    await program.parseAsync(shell.argv.length === 0 ? ['--help'] : [...shell.argv], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return json ? asDocument(thrown.code, printed) : null
    throw usageError(thrown, commandMeant(program, shell.argv))
  }
  return answers[0] ?? null
}

const asDocument = (code: string, printed: string): Answer => ({
  page: [],
  json: { [code === 'commander.version' ? 'version' : 'help']: printed.trimEnd() },
})

/** Loads and runs the command that was asked for, with the options that all commands share. */
const actIn =
  (shell: Shell, take: (answer: Answer) => void): Act =>
  <Given extends unknown[]>(load: () => Promise<(context: Context, ...given: Given) => Promise<Answer>>) =>
  async (...given: [...Given, Command]): Promise<void> => {
    const command = given.at(-1) as Command
    const args = given.slice(0, -1) as unknown as Given
    const missing = missingOption(command)
    if (missing !== undefined) throw optionMissing(missing.flags, namesOf(command).join(' '))
    const run = await load()
    take(await run(openContext(shell, command.optsWithGlobals<SharedOptions>()), ...args))
  }

const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json')
}

/** The innermost command that the words before the mistake name. */
function commandMeant(program: Command, argv: readonly string[]): Command {
  const [word, ...rest] = argv.filter((text) => !text.startsWith('-'))
  const found = program.commands.find((command) => command.name() === word)
  return found === undefined ? program : commandMeant(found, rest)
}

function usageError(thrown: CommanderError, command: Command): TowpathError {
  const name = namesOf(command).join(' ')
  if (thrown.code === 'commander.help')
    return new TowpathError({
      code: 'COMMAND_INCOMPLETE',
      kind: 'usage',
      message: `${name} needs another word: ${command.commands.map((sub) => sub.name()).join(', ')}.`,
      hint: `Nothing was changed. See: ${name} --help`,
    })
  const [, what = thrown.message, meant] =
    /^(?:error: )?([\s\S]*?)(?:\s*\((Did you mean [\s\S]*\?)\))?\s*$/.exec(thrown.message) ?? []
  return new TowpathError({
    code: 'COMMAND_LINE_WRONG',
    kind: 'usage',
    message: `${what.slice(0, 1).toUpperCase()}${what.slice(1).replace(/\.$/, '')}.`,
    hint: `${meant === undefined ? '' : `${meant} `}Nothing was changed. See: ${name} --help`,
  })
}

const optionMissing = (flags: string, name: string): TowpathError =>
  new TowpathError({
    code: 'OPTION_MISSING',
    kind: 'usage',
    message: `${name} needs the option ${flags}.`,
    hint: `Nothing was changed. See: ${name} --help`,
  })

async function print(context: Context, answer: Answer): Promise<void> {
  context.say(answer.page)
  if (answer.failure !== undefined) {
    context.aside(failurePage(answer.failure))
    annotate(context, answer.failure, answer.problems)
  }
  context.record(documentOf(answer))
  await summarize(context, answer)
}

function printThrown(context: Context, thrown: unknown): ExitCode {
  const { failure, exit } = failureOf(thrown)
  context.aside(failurePage(failure))
  annotate(context, failure)
  context.record(documentOf({ json: {}, failure, next: commandsIn(failure.hint) }))
  if (context.shell.env['TOWPATH_DEBUG'] === '1' && thrown instanceof Error)
    context.shell.stderr.write(`${thrown.stack}\n`)
  return exit
}
