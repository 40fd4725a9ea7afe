import { Option } from 'commander'
import type { Command } from 'commander'
import { failRules } from '@towpath/domain/advisory/fail-rule.ts'
import { cycloneDxVersions } from '@towpath/domain/inventory/bom/cyclonedx-versions.ts'
import { orderNames } from '@towpath/domain/version/order-name.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { collect, need, projectOption } from './options.ts'

export const auditFormats = ['table', 'json', 'sarif', 'github', 'junit'] as const

export const bomFormats = ['cyclonedx', 'spdx'] as const

/** Where an image may be found. */
export const imageSources = ['file', 'registry', 'engine'] as const

/** Commands that look at what a project is made of; none of them needs a server. */
export const evidence: Group = (program, act) => {
  audit(program, act)
  scan(program, act)
  sbom(program, act)
  deps(program, act)
  pinning(program, act)
  versions(program, act)
  advisories(program, act)
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
    .addOption(
      new Option('--engine <pin>', 'ask too: NAME=PATH@sha256:DIGEST; any number').argParser(collect),
    )
    .option('--engine-network', 'let engines fetch data')

const scan: Group = (program, act) => {
  const command = tell(program.command('scan').argument('<image>'), {
    says: 'Judge what an image ships by known advisories: in a registry, the engine here, or a file.',
    inShort: 'judge what an image ships by known advisories',
    examples: [
      'scan image.tar',
      'scan registry.example/team/app:1.4.2 --fail-on high',
      'scan image.tar --format sarif -o scan.sarif',
    ],
    group: 'Also',
  })
  fromSomewhere(judged(command).option('--platform <os/arch>', 'only the image for this platform')).action(
    act(async () => (await import('../commands/scan.ts')).scanImage),
  )
}

/** Options of every command that looks for an image. */
const fromSomewhere = (command: Command): Command =>
  command
    .addOption(
      new Option('--from <place>', `look only there: ${imageSources.join(', ')}`).choices(imageSources),
    )
    .option('--plain-http', 'speak without encryption to a registry elsewhere')

const sbom: Group = (program, act) => {
  const command = tell(program.command('sbom').argument('<image>'), {
    says: 'Write what an image ships as CycloneDX or SPDX 2.3. The same image gives the same bytes.',
    inShort: 'write what an image ships as CycloneDX or SPDX',
    examples: [
      'sbom image.tar -o app.cdx.json',
      'sbom registry.example/app:1.4.2 --format spdx -o app.spdx.json',
    ],
    group: 'Also',
  })
  fromSomewhere(
    command
      .addOption(
        new Option('--format <format>', bomFormats.join(', ')).choices(bomFormats).default('cyclonedx'),
      )
      .addOption(
        new Option('--spec <version>', 'version of CycloneDX; 1.6 where none is named').choices(
          cycloneDxVersions,
        ),
      )
      .option('--platform <os/arch>', 'the image for this platform, where there are several'),
  )
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(act(async () => (await import('../commands/sbom.ts')).writeBom))
  tell(command.command('diff').argument('<a>').argument('<b>'), {
    says: 'Show what came, went and changed between two images, or bills of them (CycloneDX, SPDX).',
    inShort: 'what came, went and changed between two images or bills',
    examples: ['sbom diff old.tar new.tar', 'sbom diff 1.4.1.cdx.json image.tar --json'],
  }).action(act(async () => (await import('../commands/compare-bills.ts')).compareBillsOf))
}

const deps: Group = (program, act) => {
  const command = tell(program.command('deps').argument('[path...]'), {
    says: 'List what your projects ask for, as locked, and what advisories say to bump. No network.',
    inShort: 'list what you depend on and what to bump; configure bots',
    examples: ['deps', 'deps backend --json', 'deps config --dependabot'],
    group: 'Also',
  })
  command
    .addOption(new Option('--lockfile <file>', 'this file only; any number of times').argParser(collect))
    .option('--advisories <path>', 'OSV folder or archive (else what was imported, else a snapshot)')
    .action(act(async () => (await import('../commands/deps.ts')).listDependencies))
  projectOption(
    tell(command.command('config'), {
      says: 'Write what an update bot has to know of this repository. Overwrites nothing.',
      examples: [
        'deps config --dependabot',
        'deps config --dependabot --write',
        'deps config --renovate --reviewer alice --reviewer team:platform --write',
      ],
    }),
  )
    .addOption(new Option('--dependabot', "GitHub's own, with a workflow that merges when green"))
    .addOption(new Option('--renovate', 'on any forge').conflicts('dependabot'))
    .addOption(
      new Option('--reviewer <name>', 'a user, or team:NAME with Renovate; any number of times')
        .default([], '')
        .argParser(collect),
    )
    .option('--write', 'write the files that are not there yet')
    .action(act(async () => (await import('../commands/deps-config.ts')).writeDepsConfig))
}

const advisories: Group = (program, act) => {
  const command = tell(program.command('advisories'), {
    says: 'Bring advisories in, show which ones audits use, take over what other tools ignore.',
    inShort: 'bring advisories in, show which are used',
    examples: ['advisories status', 'advisories sync', 'advisories import osv-crates.tar.gz'],
    group: 'Also',
  })
  tell(command.command('sync'), {
    says: 'Fetch what changed in the OSV data of a mirror. Nothing half, altered or older is taken.',
    inShort: 'fetch what changed in the OSV data of a mirror',
    examples: [
      'advisories sync --ecosystem crates.io --ecosystem npm',
      'advisories sync --mirror https://mirror.example/osv',
    ],
  })
    .addOption(
      new Option('--ecosystem <name>', 'beside those synced before; any number of times').argParser(collect),
    )
    .option('--mirror <place>', 'address, or folder of that layout (else TOWPATH_ADVISORIES_MIRROR)')
    .option('--to <dir>', 'where to keep them (else TOWPATH_HOME or ~/.towpath)')
    .option('--kev <file>', "CISA's catalogue of what is exploited (JSON)")
    .option('--epss <file>', "FIRST's probabilities of exploitation (CSV, plain or gzip)")
    .option('--again', 'fetch everything anew, whatever was there before')
    .action(act(async () => (await import('../commands/sync-advisories.ts')).syncAdvisories))
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
  tell(command.command('send'), {
    says: 'Bring the advisories of this machine to the server, which judges what is live by them.',
    inShort: 'bring them to the server, which judges what is live',
    examples: ['advisories send', 'advisories send --from osv-store'],
  })
    .option('--from <dir>', 'what import or sync wrote there (else what an audit here would use)')
    .option('--replace', 'also where they are older or fewer; takes an admin of every environment')
    .action(act(async () => (await import('../commands/send-advisories.ts')).sendAdvisories))
  tell(command.command('waivers').argument('<file...>'), {
    says: 'Take over what audit.toml, deny.toml, osv-scanner.toml or .trivyignore ignore.',
    inShort: 'take over what other tools ignore, with owner and end',
    examples: ['advisories waivers .cargo/audit.toml --owner alice'],
  })
    .addOption(need(new Option('--owner <name>', 'who answers for them')))
    .option('--expires <day>', 'last day, such as 2026-03-31 (else 90 days from today)')
    .action(act(async () => (await import('../commands/take-over-ignores.ts')).takeOverIgnores))
}

const pinning: Group = (program, act) => {
  tell(program.command('pinning').argument('[path]'), {
    says: 'Find actions that are not pinned by commit, and base images that are not by digest.',
    inShort: 'find actions and base images that can be moved',
    examples: ['pinning', 'pinning --json > pinning.json'],
    group: 'Also',
  })
    .option('-o, --output <file>', 'write the result as JSON to a file')
    .action(act(async () => (await import('../commands/pinning.ts')).checkPinning))
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
