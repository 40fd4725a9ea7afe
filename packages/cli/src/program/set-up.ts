import { Option } from 'commander'
import { roles } from '@towpath/domain/principal/principal.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import {
  collect,
  collectList,
  collectPairs,
  environmentChoice,
  environmentOption,
  need,
  projectOption,
} from './options.ts'

const group = 'Set up'

export const setUp: Group = (program, act) => {
  init(program, act)
  check(program, act)
  adopting(program, act)
  server(program, act)
  config(program, act)
  compose(program, act)
  secrets(program, act)
  policy(program, act)
}

const server: Group = (program, act) => {
  const command = tell(program.command('server').argument('[arguments...]'), {
    says: 'Run the server in the foreground, with its state in ./.towpath; or manage tokens.',
    inShort: 'run the server, or manage tokens',
    examples: [
      'server',
      'server --state /var/lib/towpath --port 4400',
      'server token add ci --role deployer:staging',
    ],
    group,
  })
    .option('--state <dir>', 'keys, first token, embedded database (else ./.towpath)')
    .option('--port <n>', '0 takes any free one (else 4400)')
    .option('--database-url <url>', 'PostgreSQL for the ledger instead of the embedded one')
    .option('--ssh-config <file>', 'OpenSSH configuration for hosts over SSH (else ~/.ssh/config)')
    .option('--edge-image <image>', 'HAProxy for edges, as the hosts can pull it (else haproxy:2.6)')
    .option('--standby', 'wait for the present controller to go, then take over')
    .allowUnknownOption()
    .action(act(async () => (await import('../commands/server.ts')).runServer))
  const token = tell(command.command('token'), {
    says: 'Add, list and revoke the tokens of people and machines.',
    examples: ['server token add alice --role approver', 'server token list', 'server token revoke ci'],
  })
  tell(token.command('add').argument('<name>'), {
    says: 'Make a token; it is printed once and kept nowhere.',
    examples: [
      'server token add alice --role approver',
      'server token add ci --role deployer:staging --expires 30d',
    ],
  })
    .addOption(
      need(
        new Option('--role <role>', `${roles.join(', ')}; or ROLE:ENV; any number of times`).argParser(
          collect,
        ),
      ),
    )
    .option('--expires <duration>', 'how long it is valid', '90d')
    .option('--replace', 'give a known name a new token, which ends its old one')
    .action(act(async () => (await import('../commands/token.ts')).addToken))
  tell(token.command('list'), {
    says: 'List who has a token, with which roles, until when.',
    examples: ['server token list'],
  }).action(act(async () => (await import('../commands/token.ts')).listTokens))
  tell(token.command('revoke').argument('<name>'), {
    says: 'Take a token away for good.',
    examples: ['server token revoke ci'],
  }).action(act(async () => (await import('../commands/token.ts')).revokeToken))
}

const init: Group = (program, act) => {
  projectOption(
    tell(program.command('init'), {
      says: 'Read this repository and write towpath.yaml, env files and a workflow. Overwrites nothing.',
      inShort: 'read this repository and write towpath.yaml',
      examples: ['init', 'init --yes --json', 'init --image backend=ghcr.io/acme/backend --folder /srv/shop'],
      group,
    }),
  )
    .addOption(
      new Option('--image <service=repository>', 'where its images are; any number of times')
        .default({}, '')
        .argParser(collectPairs),
    )
    .addOption(
      new Option('--environment <name>', 'staging, production, ...; any number of times')
        .default([], '')
        .argParser(collect),
    )
    .option('--folder <path>', 'its folder on the host; {environment} may stand in it')
    .option('--name <project>', 'name of the project (else that of the folder)')
    .option('-y, --yes', 'ask nothing: what no file says is marked CHECK ME')
    .action(act(async () => (await import('../commands/init.ts')).init))
}

const check: Group = (program, act) => {
  environmentChoice(
    projectOption(
      tell(program.command('check'), {
        says: 'Find what will bite in compose, Docker, nginx and CI files; with --online, on hosts too.',
        inShort: 'find mistakes and traps in your files, before they bite',
        examples: [
          'check',
          'check --patch | git apply',
          'check --accept stop-signal:backend,log-growth',
          'check --online -e production',
        ],
        group,
      }),
    )
      .addOption(
        new Option('--accept <ids>', 'do not fail on these checks: ID or ID:WORD, commas between')
          .default([], '')
          .argParser(collectList),
      )
      .option('--patch', 'print only the patches, as one diff')
      .option('--online', 'let the server look at hosts, registries and databases too'),
    'with --online: this environment alone',
  ).action(act(async () => (await import('../commands/check.ts')).check))
}

const adopting: Group = (program, act) => {
  projectOption(
    tell(program.command('adopt').argument('<environment>'), {
      says: 'Take over what runs by plain Compose as the first good release. Restarts nothing.',
      inShort: 'take over what runs by plain Compose; restarts nothing',
      examples: [
        'adopt production --dry-run',
        'adopt production',
        'adopt production --import --schema-safe 1.4.1',
        'adopt production --import 1.4.0 --import 1.4.1',
      ],
      group,
    }),
  )
    .option('--release <version>', 'name of what runs (else its tag, or the day)')
    .addOption(
      new Option(
        '--import [version]',
        'register past releases: the newest, or these, oldest first',
      ).argParser(collect),
    )
    .addOption(
      new Option('--schema-safe <version>', 'the release before runs on its schema; any number of times')
        .default([], '')
        .argParser(collect),
    )
    .addOption(
      new Option('--accept <id>', 'go on in spite of this finding of check; any number of times')
        .default([], '')
        .argParser(collect),
    )
    .option('--reason <text>', 'why, for the ledger', '')
    .option('--dry-run', 'only show what it would record')
    .option('-y, --yes', 'do not ask')
    .option('--detach', 'do not follow it to its end')
    .action(act(async () => (await import('../commands/adopt.ts')).adopt))
  projectOption(
    tell(program.command('eject').argument('<environment>'), {
      says: 'Give an environment back to plain Compose: scripts of what runs, then no trace of Towpath.',
      inShort: 'give an environment back to plain Compose',
      examples: ['eject production --dry-run', 'eject production'],
      group: 'Also',
    }),
  )
    .option('--dry-run', 'write the files, and only show the rest')
    .option('--now', 'also while the edge is still asked: those requests are cut off')
    .option('-y, --yes', 'do not ask')
    .action(act(async () => (await import('../commands/eject.ts')).eject))
}

const config: Group = (program, act) => {
  const command = tell(program.command('config'), {
    says: 'Show what towpath.yaml comes to. Needs no server.',
    inShort: 'show what towpath.yaml comes to',
    examples: ['config show -e production', 'config show -e production --explain'],
    group: 'Also',
  })
  projectOption(
    environmentOption(
      tell(command.command('show'), {
        says: 'Show every value of an environment after the merge.',
        examples: ['config show -e production', 'config show -e production --explain'],
      }),
    ),
  )
    .option('--explain', 'with the line that each value comes from')
    .action(act(async () => (await import('../commands/config-show.ts')).showConfig))
}

const compose: Group = (program, act) => {
  const command = tell(program.command('compose'), {
    says: 'Read any compose files as Docker Compose does. Needs no server, account or towpath.yaml.',
    inShort: 'show what any compose files come to',
    examples: ['compose model compose.yaml', 'compose model compose.yaml --env-file .env --json'],
    group: 'Also',
  })
  tell(command.command('model').argument('<file...>'), {
    says: 'Show the whole model of compose files, or every mistake in them.',
    examples: [
      'compose model compose.yaml',
      'compose model compose.yaml prod.yaml --env-file prod.env --json',
      "compose model compose.yaml --profile '*'",
    ],
  })
    .option('--env-file <file>', 'variables, later over earlier (else .env); any number', collect, [])
    .option('--profile <name>', 'turn a profile on, * all; any number of times', collect, [])
    .option('-p, --project-name <name>', 'name of the project (else that of file or folder)')
    .option('--project-directory <dir>', 'where relative paths start (else the first file)')
    .option('--shell-env', 'take variables of this shell too, before those of files')
    .action(act(async () => (await import('../commands/compose-model.ts')).showComposeModel))
}

const secrets: Group = (program, act) => {
  const command = tell(program.command('secrets'), {
    says: 'Keep the encrypted settings of an environment, in a file that belongs into git.',
    inShort: 'keep the encrypted settings of an environment',
    examples: ['secrets set DATABASE_URL -e production', 'secrets list -e production', 'secrets recipient'],
    group,
  })
  projectOption(
    environmentOption(
      tell(command.command('set').argument('<name>'), {
        says: 'Set one secret; the value is asked for, or read from stdin, and never printed.',
        examples: [
          'secrets set DATABASE_URL -e production',
          'secrets set API_KEY -e production < api-key.txt',
        ],
      }),
    ),
  )
    .option('--empty', 'set it to an empty value, on purpose')
    .action(act(async () => (await import('../commands/secrets.ts')).setSecret))
  projectOption(
    environmentOption(
      tell(command.command('list'), {
        says: 'List the names of the secrets, never their values.',
        examples: ['secrets list -e production'],
      }),
    ),
  ).action(act(async () => (await import('../commands/secrets.ts')).listSecrets))
  tell(command.command('scan'), {
    says: 'Look for secrets in every line that commits added, also in those that were taken away again.',
    inShort: 'look for secrets that were committed',
    examples: ['secrets scan --since origin/main', 'secrets scan --json > secrets.json'],
  })
    .option('--since <commit>', 'only commits after this one (else the whole history)')
    .option('-o, --output <file>', 'write the result as JSON to a file')
    .action(act(async () => (await import('../commands/scan-secrets.ts')).scanSecrets))
  tell(command.command('recipient'), {
    says: 'Print the public key that secrets are encrypted to.',
    examples: ['secrets recipient'],
  }).action(act(async () => (await import('../commands/secrets.ts')).showRecipient))
}

const policy: Group = (program, act) => {
  const command = tell(program.command('policy'), {
    says: 'Show or accept what an environment demands of every deployment.',
    inShort: 'show or accept what an environment demands',
    examples: ['policy show -e production', 'policy accept -e production'],
    group,
  })
  environmentOption(
    tell(command.command('show'), {
      says: 'Show the accepted policy: approvals, needs, freeze windows, hosts.',
      examples: ['policy show -e production'],
    }),
  ).action(act(async () => (await import('../commands/policy.ts')).showPolicy))
  projectOption(
    environmentOption(
      tell(command.command('accept'), {
        says: 'Make what towpath.yaml here asks for the floor; commits can only be stricter.',
        examples: ['policy accept -e production', 'policy accept -e production -y'],
      }),
    ),
  )
    .option('-y, --yes', 'do not ask')
    .action(act(async () => (await import('../commands/policy.ts')).acceptPolicy))
}
