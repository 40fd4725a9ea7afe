import type { CommandLine, Runner } from '../../repository/command-line.ts'
import { dockerCommands } from '../../repository/docker-command.ts'

/** What a line does to containers, and what is to be done about it. */
export interface Deed {
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

/** The first thing a line of shell does to containers that a deployment would mind; undefined where it does nothing of the kind. */
export function dockerDeed(text: string): (Deed & { isRemote: boolean }) | undefined {
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
  hook: 'a hook of it',
  workflow: 'a workflow',
  pipeline: 'a pipeline',
  script: 'a script',
}

const WHEN: Readonly<Record<Runner, string>> = {
  systemd: 'at every boot and every restart of its unit',
  cron: 'on its own clock, also in the middle of a deployment,',
  hook: 'at every renewal of a certificate',
  workflow: 'on the host',
  pipeline: 'on the host',
  script: 'when somebody runs it',
}

/** Who does it, when, and what: a sentence without its place. */
export const deedSentence = ({ runner, text }: Pick<CommandLine, 'runner' | 'text'>, says: string): string =>
  `${WHEN[runner]} ${WHO[runner]} ${says}: ${shown(text)}`

export const whoRuns = (runner: Runner): string => WHO[runner]

export const shown = (text: string): string => {
  const row = text.trim().replaceAll(/\s+/g, ' ')
  return row.length > 80 ? `${row.slice(0, 79)}…` : row
}

/** `systemctl restart docker`, which no unit of a team's own has to stand behind. */
export function engineDeed(text: string): Deed | undefined {
  const [, verb = ''] =
    /\bsystemctl\s+(?:--\S+\s+)*(restart|stop|start|reload-or-restart)\s+["']?docker(?:\.service|\.socket)?\b(?!-)/.exec(
      text,
    ) ?? []
  if (verb === '') return undefined
  return {
    says: `${verb}s the Docker Engine under every release`,
    fix: 'keep it out of deployments; live-restore in daemon.json lets containers run on',
  }
}
