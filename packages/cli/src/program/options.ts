import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

/** Options that several commands share, each worded once. */
export const environmentOption = (command: Command): Command =>
  command.requiredOption('-e, --environment <env>', 'the environment')

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

/** `--tail 200`: a whole number from 0 on. */
export const countOption = (flags: string, { says, max, initial }: { says: string; max: number; initial: number }): Option =>
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
