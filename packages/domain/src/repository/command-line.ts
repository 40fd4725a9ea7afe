import { sendsElsewhere } from './docker-command.ts'
import type { Workflow, WorkflowStep } from './workflow.ts'

/** Who would run a line of shell that stands in the repository. */
export type Runner = 'systemd' | 'cron' | 'hook' | 'workflow' | 'pipeline' | 'script'

/** One line of shell, with the place of the line in its file. */
export interface CommandLine {
  runner: Runner
  file: string
  /** From 1. */
  line: number
  text: string
  /** True where it runs on a host of the team: over ssh, by a unit, by cron, or on a runner of their own. */
  isOnHost: boolean
}

const LINES_MAX = 20_000
const isComment = (text: string): boolean => /^\s*(?:#|;|\/\/|$)/.test(text)

/** Lines of a systemd unit that run something: `ExecStart=` and its like. */
export function unitLines(file: string, text: string): CommandLine[] {
  return textLines(text).flatMap(({ text: row, line }) => {
    const [, command] =
      /^\s*Exec(?:Start|Stop|Reload|StartPre|StartPost|StopPost|Condition)\s*=\s*[-@:+!]*(.*)$/.exec(row) ??
      []
    return command === undefined ? [] : [{ runner: 'systemd', file, line, text: command, isOnHost: true }]
  })
}

/** Lines of a crontab, or of a script that cron runs. */
export const cronLines = (file: string, text: string): CommandLine[] =>
  textLines(text).flatMap(({ text: row, line }) =>
    isComment(row) ? [] : [{ runner: 'cron', file, line, text: row, isOnHost: true }],
  )

const HOST_WORD = /deploy|release|server|renew|cert|\bprod/i

/** Lines of a script, or of a file of targets such as a Makefile, where the name of the target says whom it is for. */
export function scriptLines(file: string, text: string): CommandLine[] {
  const isOnHost = /\bssh\s/.test(text) || sendsElsewhere(text) || HOST_WORD.test(file)
  const hasTargets = /(?:^|\/)(?:Makefile|justfile)$/i.test(file)
  let target = ''
  return textLines(text).flatMap(({ text: row, line }) => {
    if (isComment(row)) return []
    if (hasTargets) target = /^([\w.-]+)[^:=]*:(?!=)/.exec(row)?.[1] ?? target
    return [{ runner: 'script', file, line, text: row, isOnHost: isOnHost || HOST_WORD.test(target) }]
  })
}

/** Lines of a pipeline of another forge, whatever its format: only what runs something is ever looked for in them. */
export function pipelineLines(file: string, text: string): CommandLine[] {
  const isOnHost = /\b(?:ssh|scp|rsync)\s/.test(text) || sendsElsewhere(text)
  return textLines(text).flatMap(({ text: row, line }) =>
    isComment(row) ? [] : [{ runner: 'pipeline', file, line, text: row.replace(/^\s*-\s/, ''), isOnHost }],
  )
}

/** Lines that the steps of a workflow run, on the runner or on a host behind ssh. */
export function workflowLines(workflow: Workflow): CommandLine[] {
  const isSent = sendsElsewhere(workflow.text)
  return workflow.jobs.flatMap((job) => {
    const isOwnRunner = job.runsOn.some((label) => label === 'self-hosted')
    const isRemote = isOwnRunner || isSent || job.steps.some(reachesHost)
    return job.steps.flatMap((step) => stepLines(workflow.path, step, isRemote))
  })
}

const reachesHost = ({ uses, run }: WorkflowStep): boolean =>
  /\bssh\b/.test(uses?.text ?? '') || /\b(?:ssh|scp|rsync)\s/.test(run?.text ?? '')

function stepLines(file: string, { run, inputs }: WorkflowStep, isOnHost: boolean): CommandLine[] {
  const scripts = [
    ...(run === null ? [] : [run]),
    ...['script', 'command', 'run'].flatMap((name) => inputs.get(name) ?? []),
  ]
  return scripts.flatMap(({ text, line, isBlock }) =>
    textLines(text).flatMap((row) =>
      isComment(row.text)
        ? []
        : [{ runner: 'workflow', file, line: line + row.line - (isBlock ? 0 : 1), text: row.text, isOnHost }],
    ),
  )
}

/** Lines as a shell reads them: what a backslash carries on belongs to the line where it began. */
function textLines(text: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = []
  let isOpen = false
  for (const [at, row] of text.split(/\r?\n/).slice(0, LINES_MAX).entries()) {
    const goesOn = row.endsWith('\\')
    const own = (goesOn ? row.slice(0, -1) : row).slice(0, 2000)
    const last = found.at(-1)
    if (!isOpen || last === undefined) found.push({ text: own, line: at + 1 })
    else if (last.text.length < 4000) last.text += ` ${own.trim()}`
    isOpen = goesOn
  }
  return found
}
