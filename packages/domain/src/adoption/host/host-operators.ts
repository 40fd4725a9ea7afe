import { cronLines, scriptLines, unitLines } from '../../repository/command-line.ts'
import type { CommandLine } from '../../repository/command-line.ts'
import { dockerCommands } from '../../repository/docker-command.ts'
import { deedSentence, dockerDeed, engineDeed } from '../trap/docker-deed.ts'
import type { Deed } from '../trap/docker-deed.ts'
import { enabledUnits, isUnit, runnerOf, scriptsIn, unitOf } from './host-places.ts'
import type { HostFiles } from './host-places.ts'
import { relationOf, resolved } from './whose-containers.ts'
import type { HostProject, Relation } from './whose-containers.ts'

/** Somebody on the host who acts on the containers of a project, or may. */
export interface HostOperator {
  /** `unknown`: whose containers it acts on cannot be told. `warn`: it does so only when a person starts it. */
  status: 'fail' | 'warn' | 'unknown'
  /** Absolute, on the host. */
  file: string
  /** From 1. */
  line: number
  message: string
  fix: string
}

/**
 * Units, cron jobs, renewal hooks and the scripts that they run, as far as they start, stop, remove or call the containers of a project. Comes
 * from texts alone: what a variable holds, or a program of its own does, is not followed.
 */
export function hostOperators(files: HostFiles, project: HostProject): HostOperator[] {
  const enabled = enabledUnits(files)
  const own = [...files.texts].filter(([path]) => !path.endsWith('.timer') && !isCalled(files, path))
  return own.flatMap(([path, text]) => {
    const isOn = !isUnit(path) || enabled.has(unitOf(path))
    const lines = linesOf(path, text)
    return inFile({ lines, folder: startOf(path, text), files, project }).map((found): HostOperator => {
      const unit = unitOf(path)
      if (isOn && !isUnit(path)) return found
      if (isOn) return { ...found, fix: `${found.fix}: sudo systemctl disable ${unit}` }
      const idle = `${found.message}. ${unit} is not enabled: it runs when somebody starts it`
      return { ...found, status: 'warn', message: idle }
    })
  })
}

/** A script is read for whoever calls it, with the folder it is called in. */
const isCalled = ({ texts }: HostFiles, path: string): boolean =>
  runnerOf(path) === 'script' &&
  !path.startsWith('/etc/') &&
  [...texts].some(([other, text]) => other !== path && scriptsIn(text).includes(path))

function linesOf(path: string, text: string): CommandLine[] {
  const runner = runnerOf(path)
  if (isUnit(path)) return unitLines(path, text)
  if (runner === 'cron') return cronLines(path, text)
  return scriptLines(path, text).map((line) => ({ ...line, runner }))
}

const startOf = (path: string, text: string): string | null =>
  isUnit(path) ? resolved(/^\s*WorkingDirectory\s*=\s*-?(\S+)/m.exec(text)?.[1] ?? '/', null) : null

interface Reading {
  lines: readonly CommandLine[]
  folder: string | null
  files: HostFiles
  project: HostProject
  /** Scripts that were followed already. */
  from?: readonly string[]
}

const DEPTH_MAX = 4

function inFile({ lines, folder, files, project, from = [] }: Reading): HostOperator[] {
  let stands = folder
  return lines.flatMap((line) => {
    const moved = /(?:^|[\s;&|("'])cd\s+["']?([^\s"';&|)]+)/.exec(line.text)?.[1]
    if (moved !== undefined) stands = resolved(moved, stands)
    const called = scriptsIn(line.text).filter(
      (path) => path !== line.file && !from.includes(path) && runnerOf(path) === 'script',
    )
    const inside =
      from.length >= DEPTH_MAX
        ? []
        : called.flatMap((path) => {
            const rows = scriptLines(path, files.texts.get(path) ?? '').map((row) => ({
              ...row,
              runner: line.runner,
            }))
            return inFile({ lines: rows, folder: stands, files, project, from: [...from, path] })
          })
    return [...ofLine(line, project, stands), ...inside]
  })
}

function ofLine(line: CommandLine, project: HostProject, folder: string | null): HostOperator[] {
  const deed = dockerDeed(line.text)
  if (deed !== undefined)
    return told(line, deed, { relation: relationOf(line.text, project, folder), project })
  const engine = engineDeed(line.text)
  if (engine !== undefined) return told(line, engine, { relation: 'ours', project })
  const called = calledByName(line.text, project)
  return called === undefined ? [] : told(line, called, { relation: 'ours', project })
}

function told(
  line: CommandLine,
  { says, fix }: Deed,
  { relation, project }: { relation: Relation; project: HostProject },
): HostOperator[] {
  if (relation === 'other') return []
  const sentence = deedSentence(line, says)
  return [
    {
      ...{ file: line.file, line: line.line, fix },
      status: relation === 'ours' ? 'fail' : 'unknown',
      message:
        relation === 'ours'
          ? sentence
          : `${sentence}. Whether these are the containers of ${project.name} cannot be told`,
    },
  ]
}

/** `docker exec api …`: with the next release no container is called so, and what it did is done no more. */
function calledByName(text: string, { shipped }: HostProject): Deed | undefined {
  for (const { does, rest } of dockerCommands(text)) {
    if (!/^(?:container |compose )?exec$/.test(does)) continue
    const found = shipped.find(({ container, service }) =>
      rest.includes(does.startsWith('compose') ? service : container),
    )
    if (found !== undefined)
      return {
        says: `calls ${found.container} by a name that no container has after the next release`,
        fix: 'find it by label: docker ps -q --filter label=towpath.service=NAME',
      }
  }
  return undefined
}
