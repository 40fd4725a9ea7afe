import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Stage } from './stage.ts'

export interface CliAnswer {
  exitCode: number
  lines: string[]
}

const main = join(import.meta.dirname, '../packages/cli/src/main.ts')
const deadlineMs = 180_000

/** Runs the command line as a person of the story would, in the project's folder, and hands on each line it prints. */
export function runCli(facts: {
  stage: Stage
  as: 'dev' | 'lead'
  args: string[]
  onLine: (line: string) => void
}): Promise<CliAnswer> {
  const { stage, as, args, onLine } = facts
  const token = stage.server.tokens[as]
  const child = spawn(process.execPath, [main, ...args], {
    cwd: stage.project.folder,
    env: {
      ...process.env,
      CI: '1',
      NO_COLOR: '1',
      TOWPATH_SERVER: stage.server.url,
      TOWPATH_TOKEN: token ?? '',
      TOWPATH_HOME: join(stage.folder, 'home', as),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadlineMs,
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      onLine(line)
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ exitCode: code ?? 1, lines }))
  })
}
