import { childIn, entriesIn, entryIn, readPlacedYaml, scalarsIn, textIn } from './placed-yaml.ts'
import type { Placed, PlacedScalar } from './placed-yaml.ts'

/** A GitHub Actions workflow as written, with places. */
export interface Workflow {
  path: string
  text: string
  /** Event -> what is written below it. */
  triggers: ReadonlyMap<string, { line: number; value: Placed | undefined }>
  jobs: WorkflowJob[]
}

export interface WorkflowJob {
  id: string
  line: number
  condition: Condition | null
  needs: string[]
  runsOn: string[]
  steps: WorkflowStep[]
}

export interface WorkflowStep {
  id: string | null
  name: string | null
  line: number
  condition: Condition | null
  uses: { text: string; line: number } | null
  run: PlacedScalar | null
  /** Inputs of the action: name -> text and place. */
  inputs: ReadonlyMap<string, { text: string; line: number; isBlock: boolean }>
  mayFail: boolean
}

export interface Condition {
  text: string
  line: number
}

export type WorkflowReading = { ok: true; workflow: Workflow } | { ok: false; line: number; message: string }

const JOBS_MAX = 256
const STEPS_MAX = 1000

/** Reads a workflow file; what is no map of jobs is told. Never throws. */
export function readWorkflow(path: string, text: string): WorkflowReading {
  const read = readPlacedYaml(text)
  if (!read.ok) return read
  const jobs = childIn(read.root, 'jobs')
  if (jobs?.kind !== 'map') return { ok: false, line: 1, message: 'it has no jobs' }
  // YAML 1.1 readers take the key `on` for true; this one does not, but people may quote it.
  const on = childIn(read.root, 'on') ?? childIn(read.root, 'true')
  return {
    ok: true,
    workflow: {
      ...{ path, text, triggers: triggersOf(on) },
      jobs: entriesIn(jobs)
        .slice(0, JOBS_MAX)
        .map(([id, { line, value }]) => jobOf(id, line, value)),
    },
  }
}

function triggersOf(on: Placed | undefined): Workflow['triggers'] {
  if (on?.kind === 'map')
    return new Map(entriesIn(on).map(([name, { line, value }]) => [name, { line, value }]))
  return new Map(scalarsIn(on).map(({ text, line }) => [text, { line, value: undefined }]))
}

function jobOf(id: string, line: number, job: Placed): WorkflowJob {
  const steps = childIn(job, 'steps')
  const runsOn = childIn(job, 'runs-on')
  return {
    ...{ id, line, condition: conditionOf(job) },
    needs: scalarsIn(childIn(job, 'needs')).map(({ text }) => text),
    runsOn: scalarsIn(childIn(runsOn, 'labels') ?? runsOn).map(({ text }) => text),
    steps: (steps?.kind === 'list' ? steps.items : []).slice(0, STEPS_MAX).map(stepOf),
  }
}

function stepOf(step: Placed): WorkflowStep {
  const uses = childIn(step, 'uses')
  const run = childIn(step, 'run')
  return {
    id: textIn(childIn(step, 'id')) ?? null,
    name: textIn(childIn(step, 'name')) ?? null,
    line: step.line,
    condition: conditionOf(step),
    uses: uses?.kind === 'scalar' && !uses.isNull ? { text: uses.text, line: uses.line } : null,
    run: run?.kind === 'scalar' && !run.isNull ? run : null,
    inputs: new Map(
      entriesIn(childIn(step, 'with')).flatMap(([name, { value }]) =>
        value.kind === 'scalar'
          ? [[name, { text: value.text, line: value.line, isBlock: value.isBlock }]]
          : [],
      ),
    ),
    mayFail: (textIn(childIn(step, 'continue-on-error')) ?? 'false') !== 'false',
  }
}

function conditionOf(node: Placed): Condition | null {
  const entry = entryIn(node, 'if')
  const text = textIn(entry?.value)
  return entry === undefined || text === undefined ? null : { text, line: entry.value.line }
}
