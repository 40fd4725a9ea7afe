import type { Argument, Command } from 'commander'
import { isNeeded } from './options.ts'

/** Groups of the front page, in the order people meet them; the last one only by name, since a page has 40 lines. */
export const commandGroups = ['Every day', 'When something is wrong', 'Set up', 'Also'] as const
export type CommandGroup = (typeof commandGroups)[number]

const examplesOf = new WeakMap<Command, readonly string[]>()

/** What help says of a command besides its options. */
export interface Telling {
  says: string
  /** For the front page, where the sentence is too long for a line of 92 columns. */
  inShort?: string
  /** Whole command lines without the program's name; the first is the plainest. */
  examples: readonly string[]
  group?: CommandGroup
}

/** Gives a command its sentence, its examples and its place on the front page. */
export function tell(command: Command, { says, inShort = says, examples, group }: Telling): Command {
  examplesOf.set(command, examples)
  command.description(says).summary(inShort).helpCommand(false)
  return group === undefined ? command : command.helpGroup(group)
}

/** Help of any command: one sentence, examples, usage, then what it takes. At most 40 lines of 92 columns. */
export function helpPage(command: Command): string {
  const isRoot = command.parent === null
  const sections = [
    [command.description()],
    section('Examples', examples(command)),
    ...(isRoot ? [] : [section('Usage', [`  ${usageOf(command)}`])]),
    ...subcommands(command),
    isRoot ? [...section('Options', optionRows(command)), rootEnd] : section('Options', optionRows(command)),
    isRoot ? [] : leafEnd,
  ]
  const shown = sections.filter((lines) => lines.length > 0)
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const rootEnd = '  Also -h and -V. TOWPATH_SERVER and TOWPATH_TOKEN say where and who. NO_COLOR is honoured.'
const leafEnd = ['Also: --json, --server URL. Exit codes: towpath help exit-codes.']

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines]

const examples = (command: Command): string[] =>
  (examplesOf.get(command) ?? []).map((example) => `  $ towpath ${example}`)

/** `towpath deploy RELEASE -e ENV [options]`: what must be given stands there, the rest is options. */
export function usageOf(command: Command): string {
  const given = command.registeredArguments.map(wordFor)
  const mandatory = command.options
    .filter(isNeeded)
    .map((option) =>
      option.flags
        .replace(/^(-\w), --[\w-]+ .*/, '$1 ENV')
        .replace(/<(.*)>/, (_, name: string) => name.toUpperCase()),
    )
  const words = command.commands.length > 0 ? [innerOf(command, given)] : given
  return [...namesOf(command), ...words, ...mandatory, '[options]'].join(' ')
}

/** A command that holds others may do something itself, with or without being given something. */
function innerOf({ registeredArguments }: Command, given: readonly string[]): string {
  if (given.length === 0) return 'COMMAND'
  return registeredArguments.some(({ required }) => required) ? `${given.join(' ')}|COMMAND` : '[COMMAND]'
}

/** `RELEASE`, `[RELEASE]` where it may be left out, `NAME...` where several may follow. */
function wordFor(argument: Argument): string {
  const word = argument.name().toUpperCase() + (argument.variadic ? '...' : '')
  return argument.required ? word : `[${word}]`
}

/** The words that call a command, from `towpath` on. */
export const namesOf = (command: Command): string[] => [
  ...(command.parent === null ? [] : namesOf(command.parent)),
  command.name(),
]

function subcommands(command: Command): string[][] {
  const visible = command.createHelp().visibleCommands(command)
  const inRows = visible.filter((sub) => command.parent !== null || sub.helpGroup() !== 'Also')
  const width = Math.max(0, ...inRows.map((sub) => titleOf(sub).length))
  const rows = (listed: readonly Command[]): string[] =>
    listed.map((sub) => `  ${titleOf(sub).padEnd(width)}  ${sub.summary()}`)
  if (command.parent !== null) return [section('Commands', rows(visible))]
  return commandGroups.map((group) => {
    const listed = visible.filter((sub) => sub.helpGroup() === group)
    return section(group, group === 'Also' ? namesOnly(listed) : rows(listed))
  })
}

/** As many names a line as its 92 columns take; what each of them holds, its own page tells. */
function namesOnly(commands: readonly Command[]): string[] {
  const lines: string[] = []
  for (const title of commands.map((command) => command.name())) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + title.length < 90) lines[lines.length - 1] = `${last}, ${title}`
    else lines.push(`  ${title}`)
  }
  return lines
}

/** On the front page a command that holds others shows their names. */
function titleOf(command: Command): string {
  const given = command.commands.length > 0 ? [] : command.registeredArguments.map(wordFor)
  const inner = command.commands.map((sub) => sub.name()).join('|')
  return [command.name(), ...given, ...(inner === '' ? [] : [inner])].join(' ')
}

function optionRows(command: Command): string[] {
  // On the front page, which is full, its last line names what every program has.
  const visible = command
    .createHelp()
    .visibleOptions(command)
    .filter(({ short }) => command.parent !== null || (short !== '-h' && short !== '-V'))
  const width = Math.max(0, ...visible.map((option) => option.flags.length))
  return visible.map(
    (option) => `  ${option.flags.padEnd(width)}  ${option.description}${defaultText(option.defaultValue)}`,
  )
}

const defaultText = (value: unknown): string =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? ` (default ${value})` : ''
