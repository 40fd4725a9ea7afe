import { Option } from 'commander'
import { vexStatuses } from '@towpath/domain/advisory/waiver.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { need } from './options.ts'

/** Commands around `.towpath/waivers.yaml`; none of them needs a server. */
export const waivers: Group = (program, act) => {
  const command = tell(program.command('waivers'), {
    says: 'Let findings pass for a while, in .towpath/waivers.yaml; show them; write them as OpenVEX.',
    inShort: 'let findings pass for a while, with an owner, a reason and an end',
    examples: ['waivers add CVE-2026-1234 --reason "never called"', 'waivers list'],
    group: 'Also',
  })
  tell(command.command('add').argument('<advisory>'), {
    says: 'Let a finding pass, at most 90 days; the rest of the file and its comments stay.',
    inShort: 'let a finding pass, at most 90 days',
    examples: [
      'waivers add CVE-2026-1234 --package left --reason "never called" --owner alice',
      'waivers add CVE-2026-1234 --reason "no fix yet" --expires 14d --status affected',
    ],
  })
    .addOption(need(new Option('--reason <text>', 'why')))
    .option('--package <name>', 'only in this package')
    .option('--file <lockfile>', 'only in this lockfile')
    .option('--owner <name>', 'who answers for it (else $USER)')
    .option('--expires <day|duration>', 'last day, such as 2026-03-31 or 14d (else 90 days)')
    .addOption(new Option('--status <status>', 'what VEX calls it').choices(vexStatuses).default('affected'))
    .action(act(async () => (await import('../commands/waivers.ts')).addWaiver))
  tell(command.command('list'), {
    says: 'List what passes, until when, and who answers for it.',
    examples: ['waivers list'],
  }).action(act(async () => (await import('../commands/waivers.ts')).listWaivers))
  tell(command.command('vex'), {
    says: 'Write the waivers that hold as OpenVEX, for other tools and for whoever runs the product.',
    inShort: 'write the waivers that hold as OpenVEX',
    examples: ['waivers vex --product pkg:oci/shop -o shop.vex.json'],
  })
    .addOption(need(new Option('--product <iri>', 'what they are about, as a package URL')))
    .option('--author <name>', 'who says so (else $USER)')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(act(async () => (await import('../commands/waivers.ts')).writeVex))
}
