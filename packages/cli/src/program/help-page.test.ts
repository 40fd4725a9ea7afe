import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { helpPage, namesOf } from './help-page.ts'
import { buildProgram } from './program.ts'

const program = buildProgram(() => async () => {}, {})

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]
const commands: [string, Command][] = everyCommand(program).map((command) => [
  namesOf(command).join(' '),
  command,
])

describe('help', () => {
  test('reads as the golden pages do', async () => {
    const text = commands.map(([name, command]) => `==== ${name}\n${helpPage(command)}`).join('\n')
    await expect(text).toMatchFileSnapshot('golden/help.txt')
  })

  test.each(commands)('of %s fits a terminal of 92 columns and 40 lines', (_name, command) => {
    const lines = helpPage(command).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(lines.filter((text) => text.length > 92)).toEqual([])
  })

  test.each(commands)('of %s begins with examples that name only what exists', (_name, command) => {
    const examples = helpPage(command)
      .split('\n')
      .filter((row) => row.startsWith('  $ towpath '))
      .map((row) => row.slice('  $ towpath '.length))
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) expectToExist(example)
  })
})

/** Follows the words of an example to a command and finds every option it uses there. */
function expectToExist(example: string): void {
  const words = example.split(' ')
  let command = program
  for (const word of words) {
    const next = command.commands.find((sub) => sub.name() === word)
    if (next === undefined) break
    command = next
  }
  expect(command).not.toBe(program)
  const known = [...command.options, ...program.options].flatMap(({ short, long }) => [short, long])
  for (const flag of words.filter((word) => /^--?[a-z]/.test(word))) expect(known).toContain(flag)
}
