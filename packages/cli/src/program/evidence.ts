import { Option } from 'commander'
import type { Command } from 'commander'
import { failRules } from '@towpath/domain/advisory/fail-rule.ts'
import { orderNames } from '@towpath/domain/version/order-name.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { collect, need } from './options.ts'

export const auditFormats = ['table', 'json', 'sarif', 'github', 'junit'] as const

export const bomFormats = ['cyclonedx', 'spdx'] as const

/** Commands that look at what a project is made of; none of them needs a server. */
export const evidence: Group = (program, act) => {
  audit(program, act)
  scan(program, act)
  sbom(program, act)
  advisories(program, act)
  versions(program, act)
}

const audit: Group = (program, act) => {
  const command = tell(program.command('audit').argument('[path...]'), {
    says: 'Judge what lockfiles pin by known advisories. Needs no network and no server.',
    inShort: 'judge what lockfiles pin by known advisories',
    examples: [
      'audit',
      'audit --lockfile Cargo.lock --fail-on high',
      'audit --advisories osv.tar.gz --offline --format sarif -o audit.sarif',
    ],
    group: 'Every day',
  }).addOption(
    new Option('--lockfile <file>', 'judge this file only; any number of times').argParser(collect),
  )
  judged(command)
    .addOption(
      new Option('--image <archive>', 'tell what of it this image ships; any number of times').argParser(
        collect,
      ),
    )
    .option('--shipped-only', 'count nothing that is known not to ship')
    .action(act(async () => (await import('../commands/audit.ts')).auditLockfiles))
}

/** Options of every command that judges by advisories. */
const judged = (command: Command): Command =>
  command
    .option('--advisories <path>', 'OSV folder or archive (else what was imported, else a snapshot)')
    .addOption(
      new Option('--fail-on <rule>', 'end with 1 on: none, warnings, a severity')
        .choices(failRules)
        .default('vulnerabilities'),
    )
    .addOption(
      new Option('--format <format>', auditFormats.join(', ')).choices(auditFormats).default('table'),
    )
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--max-age <duration>', 'older advisories make the answer unknown', '7d')
    .option('--offline', 'take the advisories as old as they are')
    .option('--baseline', 'draw a line: what is found today passes for a while')
    .addOption(
      new Option('--accept-new', 'take what is new since then into the baseline').implies({ baseline: true }),
    )
    .option('--owner <name>', 'who answers for the baseline (else you)')

const scan: Group = (program, act) => {
  const command = tell(program.command('scan').argument('<image>'), {
    says: 'Judge what an image ships by known advisories: an archive of docker save, or an OCI layout.',
    inShort: 'judge what an image ships by known advisories',
    examples: [
      'scan image.tar',
      'scan layout/ --fail-on high',
      'scan image.tar --format sarif -o scan.sarif',
    ],
    group: 'Also',
  })
  judged(command)
    .option('--platform <os/arch>', 'only the image for this platform')
    .action(act(async () => (await import('../commands/scan.ts')).scanImage))
}

const sbom: Group = (program, act) => {
  const command = tell(program.command('sbom').argument('<image>'), {
    says: 'Write what an image ships as CycloneDX 1.6 or SPDX 2.3. The same image gives the same bytes.',
    inShort: 'write what an image ships as CycloneDX or SPDX',
    examples: ['sbom image.tar -o app.cdx.json', 'sbom layout/ --format spdx -o app.spdx.json'],
    group: 'Also',
  })
  command
    .addOption(
      new Option('--format <format>', bomFormats.join(', ')).choices(bomFormats).default('cyclonedx'),
    )
    .option('--platform <os/arch>', 'the image for this platform, where there are several')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(act(async () => (await import('../commands/sbom.ts')).writeBom))
  tell(command.command('diff').argument('<a>').argument('<b>'), {
    says: 'Show what came, went and changed between two images, or bills of them (CycloneDX, SPDX).',
    inShort: 'what came, went and changed between two images or bills',
    examples: ['sbom diff old.tar new.tar', 'sbom diff 1.4.1.cdx.json image.tar --json'],
  }).action(act(async () => (await import('../commands/compare-bills.ts')).compareBillsOf))
}

const advisories: Group = (program, act) => {
  const command = tell(program.command('advisories'), {
    says: 'Bring advisories in, show which ones audits use, take over what other tools ignore.',
    inShort: 'bring advisories in, show which are used',
    examples: ['advisories status', 'advisories import osv-crates.tar.gz'],
    group: 'Also',
  })
  tell(command.command('import').argument('<archive>'), {
    says: 'Replace the advisories by the OSV records of a folder, tar.gz or zip.',
    examples: ['advisories import all.zip', 'advisories import osv/ --kev kev.json --epss epss.csv.gz'],
  })
    .option('--to <dir>', 'where to keep them (else TOWPATH_HOME or ~/.towpath)')
    .option('--kev <file>', "CISA's catalogue of what is exploited (JSON)")
    .option('--epss <file>', "FIRST's probabilities of exploitation (CSV, plain or gzip)")
    .option('--partial', 'take the rest where some records cannot be read')
    .action(act(async () => (await import('../commands/advisories.ts')).importAdvisories))
  tell(command.command('status'), {
    says: 'Show which advisories an audit uses: how many, how new, covering what.',
    examples: ['advisories status', 'advisories status --advisories osv.tar.gz'],
  })
    .option('--advisories <path>', 'look at these instead')
    .action(act(async () => (await import('../commands/advisories.ts')).showAdvisories))
  tell(command.command('waivers').argument('<file...>'), {
    says: 'Take over what audit.toml, deny.toml, osv-scanner.toml or .trivyignore ignore.',
    inShort: 'take over what other tools ignore, with owner and end',
    examples: ['advisories waivers .cargo/audit.toml --owner alice'],
  })
    .addOption(need(new Option('--owner <name>', 'who answers for them')))
    .option('--expires <day>', 'last day, such as 2026-03-31 (else 90 days from today)')
    .action(act(async () => (await import('../commands/take-over-ignores.ts')).takeOverIgnores))
}

const versions: Group = (program, act) => {
  const command = tell(program.command('versions'), {
    says: 'Compare versions as the package managers do.',
    inShort: 'compare versions as the package managers do',
    examples: ['versions compare deb', 'versions compare pep440 < pairs.txt'],
    group: 'Also',
  })
  tell(command.command('compare').argument('<kind>'), {
    says: `Read "A B" a line from stdin, print <, = or >. Kinds: ${orderNames.join(', ')}.`,
    inShort: 'read "A B" a line from stdin, print <, = or >',
    examples: ['versions compare deb < pairs.txt', 'versions compare semver --json < pairs.txt'],
  }).action(act(async () => (await import('../commands/versions.ts')).compareVersions))
}
