import type { CommandLine, Runner } from '../../repository/command-line.ts'
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
    return [...survey.commands.flatMap((command) => ofCommand(survey, command)), ...watchers(survey)]
  },
}

interface Deed {
  pattern: RegExp
  says: string
  fix: string
}

const COMPOSE = String.raw`\bdocker(?:\s+compose|-compose)(?:\s+-{1,2}[\w-]+(?:[= ](?!up\b|down\b|restart\b|stop\b|rm\b|kill\b|pull\b)\S+)?)*\s+`

/** In the order they are looked for: the first that fits names the line. */
const DEEDS: readonly Deed[] = [
  {
    pattern: new RegExp(`${COMPOSE}(?:down|stop|kill|rm)\\b`),
    says: 'stops the containers of the compose file',
    fix: 'take it out: towpath deploy and towpath rollback replace them without a stop',
  },
  {
    pattern: new RegExp(`${COMPOSE}up\\b[^\\n]*--remove-orphans`),
    says: 'starts the compose file and removes every container that is not in it, those of Towpath too',
    fix: 'take it out; containers of Towpath come back after a reboot by themselves',
  },
  {
    pattern: new RegExp(`${COMPOSE}(?:up|restart|start)\\b`),
    says: 'starts the containers of the compose file again, beside or instead of the release that serves',
    fix: 'take it out; containers of Towpath come back after a reboot by themselves',
  },
  {
    pattern: /\bdocker\s+(?:system|image|images|container|volume|network|builder)\s+prune\b/,
    says: 'removes what no running container uses, the kept releases too, and with them the way back',
    fix: 'take it out: Towpath deletes what is past keeping (keep: 5)',
  },
  {
    pattern: /\bdocker\s+(?:container\s+)?(?:restart|stop|kill|rm)\s+(?!--help)\S/,
    says: 'stops or restarts containers by hand',
    fix: 'take it out, or keep it to containers that Towpath does not ship',
  },
  {
    pattern: /\bdocker\s+rmi\b|\bdocker\s+image\s+rm\b/,
    says: 'removes images that a way back needs',
    fix: 'take it out: Towpath deletes what is past keeping (keep: 5)',
  },
]

const WHO: Readonly<Record<Runner, string>> = {
  systemd: 'a systemd unit',
  cron: 'a cron job',
  workflow: 'a workflow',
  script: 'a script',
}

const WHEN: Readonly<Record<Runner, string>> = {
  systemd: 'at every boot and every restart of its unit',
  cron: 'on its own clock, also in the middle of a deployment,',
  workflow: 'on the host',
  script: 'when somebody runs it',
}

function ofCommand(survey: AdoptionSurvey, command: CommandLine): Finding[] {
  const { runner, file, line, text, isOnHost } = command
  if (!isOnHost) return []
  const deed = DEEDS.find(({ pattern }) => pattern.test(text)) ?? unitDeed(survey, text)
  if (deed === undefined) return []
  // A script may be a developer's own; the others run on the host without anybody asking.
  const status = runner === 'script' ? 'warn' : 'fail'
  return [
    {
      status,
      file,
      line,
      message: `${WHEN[runner]} ${WHO[runner]} ${deed.says}: ${shown(text)}`,
      fix: deed.fix,
    },
  ]
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
          pattern: /^/,
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
    pattern: /^/,
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
