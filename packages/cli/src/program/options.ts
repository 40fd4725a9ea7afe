import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

const needed = new WeakSet<Option>()

/**
 * An option that must be given. Commander's own check comes before the one for mistyped names, so `--evn staging` would
 * be told that `-e` is missing; this one comes after.
 */
export function need(option: Option): Option {
  needed.add(option)
  return option
}

export const isNeeded = (option: Option): boolean => needed.has(option)

/** The first option that must be given and was not. */
export const missingOption = (command: Command): Option | undefined =>
  command.options.find(
    (option) => isNeeded(option) && command.getOptionValue(option.attributeName()) === undefined,
  )

const environment = (says: string): Option => {
  const option = new Option('-e, --env <name>', says)
  option.attributeName = () => 'environment'
  return option
}

/** Options that several commands share, each worded once. */
export const environmentOption = (command: Command): Command =>
  command.addOption(need(environment('the environment')))

/** `-e` where it only narrows what is meant. */
export const environmentChoice = (command: Command, says: string): Command =>
  command.addOption(environment(says))

export const projectOption = (command: Command): Command =>
  command.option('-C, --project <dir>', 'folder of towpath.yaml', '.')

/** What every command takes that starts a deployment. */
export interface MotionOptions {
  environment: string
  reason: string
  dryRun?: boolean
  yes?: boolean
  detach?: boolean
}

export const motionOptions = (command: Command): Command =>
  environmentOption(command)
    .option('--reason <text>', 'why, for the ledger', '')
    .option('--dry-run', 'only show what it would do')
    .option('-y, --yes', 'do not ask')
    .option('--detach', 'do not follow; print how to watch it')

/** What goes forward may also need an edge of other names or ports. */
export interface ForwardOptions extends MotionOptions {
  replaceEdge?: boolean
}

export const forwardOptions = (command: Command): Command =>
  motionOptions(command).option(
    '--replace-edge',
    'make the edge anew where names or ports changed (a short break)',
  )

/** `--tail 200`: a whole number from 0 on. */
export const countOption = (
  flags: string,
  { says, max, initial }: { says: string; max: number; initial: number },
): Option =>
  new Option(flags, says).default(initial).argParser((text: string) => {
    const count = Number(text)
    if (/^\d+$/.test(text) && count <= max) return count
    throw new InvalidArgumentError(`It is a whole number from 0 to ${max}.`)
  })

/** `--build backend=IMAGE`, any number of times, each service once. */
export function collectPairs(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(0, at))
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('It reads SERVICE=IMAGE.')
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`)
  return { ...before, [name]: text.slice(at + 1) }
}

/** Parses an option that may be given any number of times; the first value begins the list where there is no default. */
export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]

/** The same for an option that takes several at once, with commas between. */
export const collectList = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
]
