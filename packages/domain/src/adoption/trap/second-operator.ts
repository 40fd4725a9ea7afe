import type { CommandLine, Runner } from '../../repository/command-line.ts'
import { dockerCommands } from '../../repository/docker-command.ts'
import { imageName } from '../../repository/service-role.ts'
import { textIn } from '../../repository/placed-yaml.ts'
import { textValue, valueOf } from '../../repository/written-compose.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** Something else that starts, stops or removes the same containers will do so in the middle of a deployment. */
export const secondOperator: Trap = {
  id: 'second-operator',
  passes: 'nothing else in the repository starts, stops or prunes these containers',
  look: (survey) => {
    if (survey.services.length === 0 && survey.commands.length === 0) return null
    const called = calledFiles(survey)
    return [...survey.commands.flatMap((command) => ofCommand(survey, command, called)), ...watchers(survey)]
  },
}

interface Deed {
  says: string
  fix: string
}

interface KnownDeed extends Deed {
  /** Of `does` of a call of Docker. */
  pattern: RegExp
  /** A word that has to stand behind it. */
  word?: string
}

/** In the order they are looked for: the first that fits names the line. */
const DEEDS: readonly KnownDeed[] = [
  {
    pattern: /^compose (?:down|stop|kill|rm)$/,
    says: 'stops the containers of the compose file',
    fix: 'take it out: towpath deploy and towpath rollback replace them without a stop',
  },
  {
    ...{ pattern: /^compose up$/, word: '--remove-orphans' },
    says: 'starts the compose file and removes every container that is not in it, those of Towpath too',
    fix: 'take it out; containers of Towpath come back after a reboot by themselves',
  },
  {
    pattern: /^compose (?:up|restart|start|scale|create|watch)$/,
    says: 'starts the containers of the compose file again, beside or instead of the release that serves',
    fix: 'take it out; containers of Towpath come back after a reboot by themselves',
  },
  {
    pattern: /^(?:stack (?:deploy|up|rm|down|remove)|service (?:create|update|rm|scale|rollback))$/,
    says: 'has Swarm start and replace the same services',
    fix: 'take it out: one of both decides what runs',
  },
  {
    pattern: / prune$/,
    says: 'removes what no running container uses, the kept releases too, and with them the way back',
    fix: 'take it out: Towpath deletes what is past keeping (keep: 5)',
  },
  {
    pattern: /^(?:container )?(?:restart|stop|kill|rm)$/,
    says: 'stops or restarts containers by hand',
    fix: 'take it out, or keep it to containers that Towpath does not ship',
  },
  {
    pattern: /^(?:rmi|image rm)$/,
    says: 'removes images that a way back needs',
    fix: 'take it out: Towpath deletes what is past keeping (keep: 5)',
  },
]

function dockerDeed(text: string): (Deed & { isRemote: boolean }) | undefined {
  const calls = dockerCommands(text).filter(
    ({ rest }) => !rest.includes('--help') && !rest.includes('--dry-run'),
  )
  for (const { pattern, word, says, fix } of DEEDS) {
    const call = calls.find(
      ({ does, rest }) => pattern.test(does) && (word === undefined || rest.includes(word)),
    )
    if (call !== undefined) return { says, fix, isRemote: calls.some(({ isRemote }) => isRemote) }
  }
  return undefined
}

const WHO: Readonly<Record<Runner, string>> = {
  systemd: 'a systemd unit',
  cron: 'a cron job',
  workflow: 'a workflow',
  pipeline: 'a pipeline',
  script: 'a script',
}

const WHEN: Readonly<Record<Runner, string>> = {
  systemd: 'at every boot and every restart of its unit',
  cron: 'on its own clock, also in the middle of a deployment,',
  workflow: 'on the host',
  pipeline: 'on the host',
  script: 'when somebody runs it',
}

function ofCommand(survey: AdoptionSurvey, command: CommandLine, called: ReadonlySet<string>): Finding[] {
  const docker = dockerDeed(command.text)
  const isCalled = called.has(command.file)
  if (command.isOnHost || docker?.isRemote === true || isCalled)
    return onHost(survey, command, { docker, isCalled })
  return docker === undefined || command.runner !== 'pipeline' ? [] : [elsewhere(command, docker)]
}

function onHost(
  survey: AdoptionSurvey,
  command: CommandLine,
  { docker, isCalled }: { docker: Deed | undefined; isCalled: boolean },
): Finding[] {
  const isScript = command.runner === 'script'
  const deed = docker ?? unitDeed(survey, command.text)
  if (deed === undefined) return isScript ? [] : unreadScripts(survey, command)
  // A script may be a developer's own; the others run on the host without anybody asking.
  return [done(command, deed, isScript && !isCalled ? 'warn' : 'fail')]
}

const done = (
  { runner, file, line, text }: CommandLine,
  { says, fix }: Deed,
  status: Finding['status'],
): Finding => ({
  ...{ status, file, line, fix },
  message: `${WHEN[runner]} ${WHO[runner]} ${says}: ${shown(text)}`,
})

const elsewhere = ({ runner, file, line, text }: CommandLine, { says, fix }: Deed): Finding => ({
  ...{ status: 'unknown', file, line, fix },
  message: `${WHO[runner]} ${says}: ${shown(text)}. Whether its runner is the host of the service cannot be told`,
})

const SCRIPT = /(?:^|[\s"'=;&|(@])((?:[\w.~${}-]*\/)*[\w.-]+\.(?:sh|bash))(?=$|[\s"';&|)])/g

/** Names of scripts that a line runs; those that renew certificates are judged by another check. */
const scriptsIn = (text: string): string[] =>
  [...text.matchAll(SCRIPT)]
    .map((match) => match[1]?.split('/').at(-1) ?? '')
    .filter((name) => name !== '' && name !== 'acme.sh')

/** Scripts and Makefiles of the repository that something runs on the host by itself. */
function calledFiles({ commands }: AdoptionSurvey): Set<string> {
  const runs = commands.filter(({ runner, isOnHost }) => isOnHost && runner !== 'script')
  const names = new Set(
    runs.flatMap(({ text }) => [
      ...scriptsIn(text),
      ...(/(?:^|[\s"';&|])make\s/.test(text) ? ['Makefile'] : []),
      ...(/(?:^|[\s"';&|])just\s/.test(text) ? ['justfile', 'Justfile'] : []),
    ]),
  )
  return new Set(commands.map(({ file }) => file).filter((file) => names.has(file.split('/').at(-1) ?? '')))
}

function unreadScripts({ files }: AdoptionSurvey, { file, line, text }: CommandLine): Finding[] {
  const known = new Set([...files.texts.keys()].map((path) => path.split('/').at(-1)))
  return scriptsIn(text)
    .filter((name) => !known.has(name))
    .map((name) => ({
      ...{ status: 'unknown', file, line },
      message: `what ${name} does on the host cannot be told: it is not in this repository`,
      fix: `keep ${name} in the repository, or look at it and say so: towpath check --accept second-operator:${name}`,
    }))
}

const shown = (text: string): string => {
  const row = text.trim().replaceAll(/\s+/g, ' ')
  return row.length > 80 ? `${row.slice(0, 79)}…` : row
}

/** `systemctl restart app` where a unit of the repository is called app and runs compose, or where the name is a service's. */
function unitDeed({ commands, services }: AdoptionSurvey, text: string): Deed | undefined {
  const [, verb = '', unit = ''] =
    /\bsystemctl\s+(?:--\S+\s+)*(restart|stop|start|reload-or-restart)\s+["']?([\w@.-]+)/.exec(text) ?? []
  if (unit === '' || /^(?:docker|nginx|ssh|sshd|cron|caddy|postgresql)(?:\.service)?$/.test(unit))
    return unit.startsWith('docker')
      ? {
          says: `${verb}s the Docker Engine under every release`,
          fix: 'keep it out of deployments; live-restore in daemon.json lets containers run on',
        }
      : undefined
  const name = unit.replace(/\.service$/, '')
  const runsCompose = commands.some(
    ({ runner, file, text: row }) =>
      runner === 'systemd' && file.endsWith(`${name}.service`) && /docker/.test(row),
  )
  const isService = services.some(({ written }) => written.name === name)
  // A unit whose file is not here may be anything; the words of the unit are all there is.
  if (!runsCompose && !isService) return undefined
  return {
    says: `${verb}s the unit ${unit}, which runs these containers`,
    fix: 'take it out: towpath deploy replaces them without a stop',
  }
}

/** Services that update or restart their neighbours by themselves. */
function watchers({ services }: AdoptionSurvey): Finding[] {
  return services.flatMap(({ written }) => {
    const image = textValue(written, 'image') ?? ''
    const isWatcher = /(?:watchtower|ouroboros|autoheal|diun-updater|docker-gc)$/.test(imageName(image))
    const at = valueOf(written, 'image')
    if (!isWatcher || at === undefined) return []
    const name = textIn(valueOf(written, 'container_name')?.value) ?? written.name
    return [
      {
        ...{ status: 'fail' as const, file: at.file, line: at.line },
        message: `${name} replaces or restarts containers by itself when it likes, those of a running deployment too`,
        fix: 'take it out, or give every service of Towpath the label that it leaves alone',
      },
    ]
  })
}
