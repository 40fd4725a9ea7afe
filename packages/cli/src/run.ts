import { CommanderError } from 'commander'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { documentOf } from './outcome/answer.ts'
import type { Answer } from './outcome/answer.ts'
import { exitCodes } from './outcome/exit-code.ts'
import type { ExitCode } from './outcome/exit-code.ts'
import { commandsIn, failureOf, failurePage } from './outcome/failure.ts'
import type { Act } from './program/act.ts'
import { buildProgram } from './program/program.ts'
import { openContext } from './terminal/context.ts'
import type { Context, SharedOptions } from './terminal/context.ts'
import type { Shell } from './terminal/shell.ts'

/** Runs one command line to its end and tells how it ended. Never throws: what goes wrong is printed. */
export async function runCommandLine(shell: Shell): Promise<ExitCode> {
  const context = openContext(shell, { json: asksForJson(shell.argv) })
  try {
    const answer = await parseAndRun(shell)
    if (answer === null) return exitCodes.reached
    print(context, answer)
    return answer.exit ?? exitCodes.reached
  } catch (thrown) {
    return printThrown(context, thrown)
  }
}

/** The command's answer, or null where help or the version was all that was asked for. */
async function parseAndRun(shell: Shell): Promise<Answer | null> {
  const said: string[] = []
  const answers: Answer[] = []
  const act: Act = (load) => async (...given) => {
    const command = given.at(-1)
    if (typeof command !== 'object' || command === null || !('optsWithGlobals' in command)) return
    const run = await load()
    const shared: SharedOptions = command.optsWithGlobals()
    const [...args] = given.slice(0, -1) as Parameters<typeof run> extends [Context, ...infer Rest] ? Rest : never
    answers.push(await run(openContext(shell, shared), ...args))
  }
  const program = buildProgram(act, {
    writeOut: (text) => shell.stdout.write(text),
    writeErr: (text) => said.push(text),
    outputError: (text) => said.push(text),
  })
  try {
    if (shell.argv[0] === 'complete') {
      const { offerCompletion } = await import('./program/completion.ts')
      offerCompletion(program, shell)
    }
    await program.parseAsync(shell.argv.length === 0 ? ['--help'] : shell.argv, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return null
    throw usageError(thrown, said.join(''))
  }
  return answers[0] ?? null
}

const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json')
}

function usageError(thrown: CommanderError, said: string): TowpathError {
  if (thrown.code === 'commander.help')
    return new TowpathError({
      code: 'COMMAND_INCOMPLETE',
      kind: 'usage',
      message: 'That command needs another word.',
      hint: `Nothing was changed.\n${said}`,
    })
  const [, what = thrown.message, meant] =
    /^(?:error: )?([\s\S]*?)(?:\s*\((Did you mean [\s\S]*\?)\))?\s*$/.exec(thrown.message) ?? []
  const hint = meant === undefined ? '' : `${meant} `
  return new TowpathError({
    code: 'COMMAND_LINE_WRONG',
    kind: 'usage',
    message: `${what.slice(0, 1).toUpperCase()}${what.slice(1).replace(/\.$/, '')}.`,
    hint: `${hint}Nothing was changed. See: towpath --help`,
  })
}

function print(context: Context, answer: Answer): void {
  context.say(answer.page)
  if (answer.failure !== undefined) context.aside(failurePage(answer.failure))
  context.record(documentOf(answer))
}

function printThrown(context: Context, thrown: unknown): ExitCode {
  const { failure, exit } = failureOf(thrown)
  context.aside(failurePage(failure))
  context.record(documentOf({ json: {}, failure, next: commandsIn(failure.hint) }))
  if (context.shell.env['TOWPATH_DEBUG'] === '1' && thrown instanceof Error) context.shell.stderr.write(`${thrown.stack}\n`)
  return exit
}
