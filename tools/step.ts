import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** One command of a check, and the command that repairs what it finds. */
export interface Step {
  name: string
  argv: [string, ...string[]]
  fix: string
}

export interface StepResult {
  step: Step
  ok: boolean
  ms: number
  output: string
}

export const root = join(import.meta.dirname, '..')

/** The environment for a tool of ours: the pinned Node and the tools of this checkout come first on PATH. */
export const toolEnv = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
})

/** Runs one step to its end or to the deadline, keeping what it printed. A step that cannot start has failed. */
export const runStep = (step: Step, deadlineMs = 180_000): Promise<StepResult> => {
  const startedAt = performance.now()
  const [command, ...args] = step.argv
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, {
      cwd: root,
      env: { ...toolEnv(), NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    })
    const end = (ok: boolean) => resolve({ step, ok, ms: performance.now() - startedAt, output })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.once('error', (error) => {
      output += error.message
      end(false)
    })
    child.once('close', (code, signal) => {
      if (signal !== null) output += `\nended by ${signal} after ${deadlineMs} ms\n`
      end(code === 0)
    })
  })
}

/** Runs steps, at most `width` at once, and tells each result as it comes. Results keep the order of the steps. */
export const runSteps = async (
  steps: Step[],
  { width, onResult }: { width: number; onResult: (result: StepResult) => void },
): Promise<StepResult[]> => {
  const results: StepResult[] = []
  const queue = steps.entries()
  const worker = async () => {
    for (const [index, step] of queue) {
      const result = await runStep(step)
      results[index] = result
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}
