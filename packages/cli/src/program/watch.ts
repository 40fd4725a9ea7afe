import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { environmentChoice, environmentOption, projectOption } from './options.ts'

export const watch: Group = (program, act) => {
  const command = tell(program.command('watch'), {
    says: 'Watch your own workflow deploy, and tell what Towpath would have blocked or taken back.',
    inShort: 'watch your own workflow deploy, touching nothing',
    examples: ['watch start -e production', 'watch report -e production --since 7d'],
    group: 'Also',
  })
  projectOption(
    environmentOption(
      tell(command.command('start'), {
        says: 'Begin to watch an environment that says mode: watch, or go on by newer files.',
        examples: ['watch start -e production'],
      }),
    ),
  ).action(act(async () => (await import('../commands/watch.ts')).startWatch))
  environmentChoice(
    tell(command.command('report'), {
      says: 'Show what was deployed and what Towpath would have done with each.',
      examples: ['watch report', 'watch report -e production --since 24h --json'],
    }),
    'only this environment',
  )
    .option('--since <duration>', 'how far back', '30d')
    .action(act(async () => (await import('../commands/watch.ts')).reportWatch))
  environmentOption(
    tell(command.command('stop'), {
      says: 'End the watch; what it recorded stays.',
      examples: ['watch stop -e production'],
    }),
  )
    .option('--reason <text>', 'why, for the ledger', '')
    .action(act(async () => (await import('../commands/watch.ts')).stopWatch))
}
