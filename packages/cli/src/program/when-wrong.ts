import { Option } from 'commander'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { countOption, environmentChoice, environmentOption, motionOptions, need } from './options.ts'

const group = 'When something is wrong'

export const whenWrong: Group = (program, act) => {
  turning(program, act)

  environmentChoice(
    tell(program.command('explain').argument('<deployment|release>'), {
      says: 'Tell how a deployment went, or why a finding came: each line with its event in the ledger.',
      inShort: 'tell how a deployment went, or why a finding came',
      examples: ['explain dep_2f8k', 'explain 1.4.0 -e production', 'explain CVE-2026-25727'],
      group,
    }),
    'of a release: its last deployment there',
  )
    .option('--follow', 'watch it until it is finished')
    .action(act(async () => (await import('../commands/explain.ts')).explain))

  environmentChoice(
    tell(program.command('findings'), {
      says: 'Tell what is known against what runs: since when, until when to answer, what mends it.',
      inShort: 'what is known against what runs, and what mends it',
      examples: ['findings --live', 'findings -e production', 'findings --live --json'],
      group: 'Also',
    }),
    'one environment',
  )
    .option('--live', 'only what is live, not what can be gone back to')
    .action(act(async () => (await import('../commands/findings.ts')).listFindings))

  environmentOption(
    tell(program.command('logs').argument('<service>'), {
      says: 'Print the log of the container that serves a service now.',
      inShort: 'print the log of a live service',
      examples: ['logs backend -e production', 'logs backend -e production --tail 500 --follow'],
      group,
    }),
  )
    .addOption(countOption('--tail <n>', { says: 'last lines', max: 10_000, initial: 100 }))
    .option('--follow', 'go on until Ctrl-C')
    .action(act(async () => (await import('../commands/logs.ts')).logs))

  gates(program, act)

  tell(program.command('repair').argument('<environment>'), {
    says: 'Put an environment back to what the ledger says: its edge, and strangers off its names.',
    inShort: 'put an environment back to what the ledger says',
    examples: ['repair production --dry-run', 'repair production'],
    group,
  })
    .option('--dry-run', 'only show what it would do')
    .action(act(async () => (await import('../commands/repair.ts')).repair))
}

/** Commands that change where a deployment goes. */
const turning: Group = (program, act) => {
  motionOptions(
    tell(program.command('rollback').argument('[release]'), {
      says: 'Go back to a release that was live, with exactly what it ran with then.',
      inShort: 'go back to a release that was live',
      examples: [
        'rollback -e production',
        'rollback 1.3.2 -e production --reason "checkout is broken"',
        'rollback -e production --accept-schema "1.4.0 only added a column"',
      ],
      group,
    }),
  )
    .option('--accept-schema <why>', 'take on that the newer schema stays')
    .action(act(async () => (await import('../commands/rollback.ts')).rollback))

  environmentChoice(
    tell(program.command('abort').argument('[deployment]'), {
      says: 'Turn a running or waiting deployment round; traffic goes back to the release before.',
      inShort: 'turn a running or waiting deployment round',
      examples: ['abort -e production', 'abort dep_2f8k --reason "wrong release"'],
      group,
    }),
    'the deployment that moves or waits there',
  )
    .option('--reason <text>', 'why, for the ledger', '')
    .option('--detach', 'do not follow it to its end')
    .action(act(async () => (await import('../commands/abort.ts')).abort))

  environmentChoice(
    tell(program.command('resume').argument('[deployment]'), {
      says: 'Go on from an inconclusive verdict: a person takes on what the numbers could not show.',
      inShort: 'go on from an inconclusive verdict',
      examples: ['resume -e production --reason "watched it myself for an hour"'],
      group,
    }),
    'the deployment that waits there',
  )
    .addOption(need(new Option('--reason <text>', 'why, for the ledger')))
    .option('--detach', 'do not follow it to its end')
    .action(act(async () => (await import('../commands/resume.ts')).resume))
}

const gates: Group = (program, act) => {
  const gate = tell(program.command('gate'), {
    says: 'List the gates, or ask them again about the same facts.',
    inShort: 'list the gates, or ask them again about the same facts',
    examples: ['gate list', 'gate replay dep_2f8k'],
    group,
  })
  tell(gate.command('list'), { says: 'List the pre-deployment checklist.', examples: ['gate list'] }).action(
    act(async () => (await import('../commands/gate.ts')).listGates),
  )
  tell(gate.command('replay').argument('<deployment>'), {
    says: 'Ask the gates again about the facts of then; tell what differs.',
    examples: ['gate replay dep_2f8k'],
  }).action(act(async () => (await import('../commands/gate.ts')).replayGates))

  environmentOption(
    tell(program.command('waive').argument('<gate>'), {
      says: 'Let one gate pass with a reason and an end; its own answer stays visible.',
      inShort: 'let one gate pass, with a reason and an end',
      examples: [
        'waive freeze-window -e production --reason "security fix" --expires 2h',
        'waive backup-made -e production --release 1.4.0 --reason "by hand" --expires 1d',
      ],
      group,
    }),
  )
    .addOption(need(new Option('--reason <text>', 'why')))
    .addOption(need(new Option('--expires <duration>', 'how long, such as 2h or 7d')))
    .option('--release <version>', 'only for this release')
    .option('--owner <name>', 'who answers for it (else $USER)')
    .action(act(async () => (await import('../commands/waive.ts')).waive))
}
