import type { Command } from 'commander'
import type { Answer } from '../outcome/answer.ts'
import type { Context } from '../terminal/context.ts'

/** A command's module is only loaded once the command line was understood, so help and mistakes cost nothing. */
export type Act = <Given extends unknown[]>(
  load: () => Promise<(context: Context, ...given: Given) => Promise<Answer>>,
) => (...given: [...Given, Command]) => Promise<void>

/** Registers one group of commands. */
export type Group = (program: Command, act: Act) => void
