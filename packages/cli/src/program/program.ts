import { Command } from 'commander'
import type { OutputConfiguration } from 'commander'
import type { Act } from './act.ts'
import { automation } from './automation.ts'
import { everyDay } from './every-day.ts'
import { evidence } from './evidence.ts'
import { helpPage, tell } from './help-page.ts'
import { setUp } from './set-up.ts'
import { watch } from './watch.ts'
import { signedEvidence } from './signed-evidence.ts'
import { version } from './version.ts'
import { waivers } from './waivers.ts'
import { whenWrong } from './when-wrong.ts'

/** The whole command line: names, options and help of every command, and nothing that costs time. */
export function buildProgram(act: Act, output: OutputConfiguration): Command {
  const program = new Command('towpath')
  tell(program, {
    says: 'Takes a release to verified production, and back, and remembers everything on the way.',
    examples: ['promote --from staging -e production'],
  })
  program
    .option('--json', 'one JSON document on stdout, also on failure; NDJSON while following')
    .option('--server <url>', 'address of the server (else TOWPATH_SERVER, else the state folder)')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ formatHelp: helpPage })
    .configureOutput(output)
  for (const register of [everyDay, whenWrong, setUp, evidence, waivers, signedEvidence, watch, automation])
    register(program, act)
  return program
}
