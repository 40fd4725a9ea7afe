import type { CommandLine } from '../../repository/command-line.ts'
import { imageName } from '../../repository/service-role.ts'
import { textIn } from '../../repository/placed-yaml.ts'
import { textValue, valueOf } from '../../repository/written-compose.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { deedSentence, dockerDeed, engineDeed, shown, whoRuns } from './docker-deed.ts'
import type { Deed } from './docker-deed.ts'

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

const done = (command: CommandLine, { says, fix }: Deed, status: Finding['status']): Finding => ({
  ...{ status, file: command.file, line: command.line, fix },
  message: deedSentence(command, says),
})

const elsewhere = ({ runner, file, line, text }: CommandLine, { says, fix }: Deed): Finding => ({
  ...{ status: 'unknown', file, line, fix },
  message: `${whoRuns(runner)} ${says}: ${shown(text)}. Whether its runner is the host of the service cannot be told`,
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

/** `systemctl restart app` where a unit of the repository is called app and runs compose, or where the name is a service's. */
function unitDeed({ commands, services }: AdoptionSurvey, text: string): Deed | undefined {
  const [, verb = '', unit = ''] =
    /\bsystemctl\s+(?:--\S+\s+)*(restart|stop|start|reload-or-restart)\s+["']?([\w@.-]+)/.exec(text) ?? []
  if (unit === '' || /^(?:docker|nginx|ssh|sshd|cron|caddy|postgresql)(?:\.service)?$/.test(unit))
    return engineDeed(text)
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
