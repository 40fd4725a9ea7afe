import type { Command } from 'commander'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { suggestWord } from '@towpath/domain/config/did-you-mean.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodeMeanings } from '../outcome/exit-code.ts'
import { helpPage } from '../program/help-page.ts'
import { buildProgram } from '../program/program.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

/** Prints the help of a command, or a topic that belongs to none. */
export async function help(_context: Context, topic: string[]): Promise<Answer> {
  if (topic.join(' ') === 'exit-codes')
    return {
      page: exitCodeLines,
      json: { exitCodes: exitCodeMeanings.map(([code, meaning]) => ({ code, meaning })) },
    }
  const text = helpPage(find(topic))
  return {
    page: text
      .trimEnd()
      .split('\n')
      .map((row) => line(row)),
    json: { help: text },
  }
}

const exitCodeLines: Line[] = exitCodeMeanings.map(([code, meaning]) =>
  line(span('strong', String(code).padStart(5)), `  ${meaning}`),
)

function find(topic: readonly string[]): Command {
  const program = buildProgram(() => async () => {}, {})
  return topic.reduce((command, word) => {
    const found = command.commands.find((sub) => sub.name() === word)
    if (found !== undefined) return found
    const known = [...command.commands.map((sub) => sub.name()), 'exit-codes']
    throw new TowpathError({
      code: 'HELP_TOPIC_UNKNOWN',
      kind: 'usage',
      message: `There is no command ${topic.join(' ')}.`,
      hint: `${suggestWord(word, known) ?? ''} All commands: towpath --help`,
    })
  }, program)
}
