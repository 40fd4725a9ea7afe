import { Option } from 'commander'
import { schemaImpacts } from '@towpath/domain/release/release.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import {
  collectPairs,
  countOption,
  environmentChoice,
  environmentOption,
  forwardOptions,
  projectOption,
} from './options.ts'

const group = 'Every day'

export const everyDay: Group = (program, act) => {
  environmentChoice(
    tell(program.command('status'), {
      says: 'Show what is live where, since when, what moves and what can be taken back.',
      inShort: 'what is live where, what moves, what can be taken back',
      examples: ['status', 'status -e production', 'status --json'],
      group,
    }),
    'one environment, with its last deployments',
  ).action(act(async () => (await import('../commands/status.ts')).status))

  forwardOptions(
    tell(program.command('deploy').argument('<release>'), {
      says: 'Make an environment run a release, and watch it until it is live or taken back.',
      inShort: 'make an environment run a release, and watch it',
      examples: [
        'deploy 1.4.0 -e staging',
        'deploy 1.4.0 -e production --dry-run',
        'deploy 1.4.0 -e production --reason "spring sale" -y',
      ],
      group,
    }),
  ).action(act(async () => (await import('../commands/deploy.ts')).deploy))

  environmentOption(
    tell(program.command('plan').argument('<release>'), {
      says: 'Show how a release would go over: what fits each service, what verdict and way back take.',
      inShort: 'how a release would go over, and what suits it',
      examples: ['plan 1.4.0 -e production', 'plan 1.4.0 -e production --json'],
      group,
    }),
  ).action(act(async () => (await import('../commands/plan.ts')).plan))

  forwardOptions(
    tell(program.command('promote').argument('[release]'), {
      says: 'Deploy a release that another environment has verified: the very same digests.',
      inShort: 'deploy what another environment has verified',
      examples: ['promote 1.4.0 -e production', 'promote --from staging -e production'],
      group,
    }),
  )
    .option('--from <name>', 'take what is live there')
    .action(act(async () => (await import('../commands/deploy.ts')).promote))

  environmentOption(
    tell(program.command('approve').argument('<release>'), {
      says: 'Say yes to a release for one environment; never to your own.',
      inShort: 'say yes to a release for one environment',
      examples: ['approve 1.4.0 -e production', 'approve 1.4.0 -e production --reason "tested on staging"'],
      group,
    }),
  )
    .option('--reason <text>', 'why, for the ledger', '')
    .action(act(async () => (await import('../commands/approve.ts')).approve))

  release(program, act)
}

const release: Group = (program, act) => {
  const releases = tell(program.command('release'), {
    says: 'Create, list and show releases.',
    inShort: 'create, list and show releases',
    examples: ['release create 1.4.0', 'release list', 'release show 1.4.0'],
    group,
  })
  projectOption(
    tell(releases.command('create').argument('<version>'), {
      says: 'Record an immutable release: builds by digest, project files as they are.',
      examples: [
        'release create 1.4.0 --schema expand',
        'release create 1.4.0 --build backend=registry.example/backend:1.4.0',
      ],
    }),
  )
    .option(
      '--build <service=image>',
      'image of a service, by tag or digest; any number of times',
      collectPairs,
      {},
    )
    .addOption(
      new Option('--schema <impact>', 'what it does to the database')
        .choices(schemaImpacts)
        .default('unknown'),
    )
    .option('--commit <sha>', 'commit it was built from')
    .action(act(async () => (await import('../commands/release-create.ts')).createRelease))
  tell(releases.command('list'), {
    says: 'List releases, newest first.',
    examples: ['release list', 'release list --limit 50'],
  })
    .addOption(countOption('--limit <n>', { says: 'at most so many', max: 200, initial: 20 }))
    .action(act(async () => (await import('../commands/release.ts')).listReleases))
  tell(releases.command('show').argument('<version>'), {
    says: 'Show a release: its builds, its schema, and where it has been.',
    examples: ['release show 1.4.0'],
  }).action(act(async () => (await import('../commands/release.ts')).showRelease))
}
