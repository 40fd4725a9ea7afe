import { Option } from 'commander'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { countOption, need } from './options.ts'

const group = 'Also'

export const automation: Group = (program, act) => {
  const ledger = tell(program.command('ledger'), {
    says: 'Verify, export and read the record of everything that happened.',
    inShort: 'verify, export and read the record of everything',
    examples: ['ledger verify', 'ledger export --output ledger.ndjson', 'ledger head'],
    group,
  })
  tell(ledger.command('verify'), {
    says: 'Recompute the hash chain, and compare it with the head remembered here.',
    examples: ['ledger verify', 'ledger verify --json'],
  }).action(act(async () => (await import('../commands/ledger.ts')).verifyLedger))
  tell(ledger.command('export'), {
    says: 'Write every event as one JSON document per line.',
    examples: ['ledger export > ledger.ndjson', 'ledger export --after 1200 --output new.ndjson'],
  })
    .addOption(
      countOption('--after <seq>', {
        says: 'only events behind this one',
        max: Number.MAX_SAFE_INTEGER,
        initial: 0,
      }),
    )
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(act(async () => (await import('../commands/ledger.ts')).exportLedger))
  tell(ledger.command('head'), {
    says: 'Print the signed end of the ledger, compared with the one remembered here.',
    examples: ['ledger head', 'ledger head --json'],
  }).action(act(async () => (await import('../commands/ledger.ts')).showHead))
  tell(ledger.command('take-over'), {
    says: 'Go on with this ledger although a host knows more: a backup was restored.',
    examples: ['ledger take-over --reason "restored the backup of Monday"'],
  })
    .addOption(need(new Option('--reason <text>', 'why, for the ledger')))
    .action(act(async () => (await import('../commands/ledger.ts')).takeOver))

  tell(program.command('help').argument('[topic...]'), {
    says: 'Explain a command, or the exit codes.',
    inShort: 'explain a command, or: help exit-codes',
    examples: ['help deploy', 'help exit-codes'],
    group,
  }).action(act(async () => (await import('../commands/help.ts')).help))
}
