import type { Workflow, WorkflowStep } from './workflow.ts'

/** Who would run a line of shell that stands in the repository. */
export type Runner = 'systemd' | 'cron' | 'workflow' | 'script'

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

export const scriptLines = (file: string, text: string): CommandLine[] => {
  const isOnHost = /\bssh\s/.test(text) || /deploy|release|server|renew|cert/i.test(file)
  return textLines(text).flatMap(({ text: row, line }) =>
    isComment(row) ? [] : [{ runner: 'script', file, line, text: row, isOnHost }],
  )
}

/** Lines that the steps of a workflow run, on the runner or on a host behind ssh. */
export function workflowLines(workflow: Workflow): CommandLine[] {
  return workflow.jobs.flatMap((job) => {
    const isOwnRunner = job.runsOn.some((label) => label === 'self-hosted')
    const isRemote = isOwnRunner || job.steps.some(reachesHost)
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

const textLines = (text: string): { text: string; line: number }[] =>
  text
    .split(/\r?\n/)
    .slice(0, LINES_MAX)
    .map((row, at) => ({ text: row.replace(/\r$/, '').slice(0, 2000), line: at + 1 }))
