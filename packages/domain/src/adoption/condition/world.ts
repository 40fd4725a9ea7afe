import { childIn, entriesIn, scalarsIn, textIn } from '../../repository/placed-yaml.ts'
import type { Placed } from '../../repository/placed-yaml.ts'
import type { Workflow, WorkflowJob, WorkflowStep } from '../../repository/workflow.ts'
import { anything, oneOf, textFrom } from './possible.ts'
import type { Possible } from './possible.ts'

export type JobStatus = 'success' | 'failure' | 'cancelled'

/** One way in which a workflow may have come to a condition. */
export interface World {
  status: JobStatus
  /** Dotted lower-case path -> what it may hold. A path that is not here may hold anything. */
  facts: ReadonlyMap<string, Possible>
}

/** Where the condition stands. */
export interface Position {
  workflow: Workflow
  job: WorkflowJob
  /** Null for the condition of the job itself. */
  step: WorkflowStep | null
}

const STATUSES: readonly JobStatus[] = ['success', 'failure', 'cancelled']

/** Every kind of run that can reach the condition; `asksStatus` where it has a status function, else only good runs do. */
export function worldsOf(position: Position, asksStatus: boolean): World[] {
  const events = [...position.workflow.triggers].flatMap(([name, { value }]) => eventFacts(name, value))
  // A workflow that is called runs as its caller's event, and one without triggers is nothing we know.
  const isOpen = position.workflow.triggers.has('workflow_call') || events.length === 0
  const inputs = inputFacts(position.workflow)
  return (isOpen ? [new Map<string, Possible>()] : events).flatMap((facts) =>
    STATUSES.filter((status) => asksStatus || status === 'success').map((status) => ({
      status,
      facts: new Map([...facts, ...(isOpen ? [] : inputs(facts)), ...statusFacts(position, status)]),
    })),
  )
}

/** What an event fixes of `github.*`; several where it lists branches. */
function eventFacts(name: string, filter: Placed | undefined): Map<string, Possible>[] {
  const event: [string, Possible] = ['github.event_name', oneOf(name)]
  if (name === 'push') return pushFacts(filter).map((facts) => new Map([event, ...facts]))
  if (name === 'release') return [new Map([event, ...tagFacts])]
  if (name === 'pull_request')
    return [new Map([event, ['github.ref', textFrom('refs/pull/')], ['github.ref_type', oneOf('branch')]])]
  return [new Map([event])]
}

const tagFacts: [string, Possible][] = [
  ['github.ref', textFrom('refs/tags/')],
  ['github.ref_type', oneOf('tag')],
]

function pushFacts(filter: Placed | undefined): [string, Possible][][] {
  const branches = childIn(filter, 'branches')
  const hasTags = childIn(filter, 'tags') !== undefined
  const tags = hasTags ? [tagFacts] : []
  if (branches === undefined) return hasTags ? tags : [[]]
  const names = scalarsIn(branches).map(({ text }) => text)
  const isPlain = names.every((branch) => /^[\w./-]+$/.test(branch))
  const any: [string, Possible][] = [
    ['github.ref', textFrom('refs/heads/')],
    ['github.ref_type', oneOf('branch')],
  ]
  if (!isPlain) return [any, ...tags]
  return [
    ...names.map((branch): [string, Possible][] => [
      ['github.ref', oneOf(`refs/heads/${branch}`)],
      ['github.ref_name', oneOf(branch)],
      ['github.ref_type', oneOf('branch')],
    ]),
    ...tags,
  ]
}

/** Typed inputs of a dispatch: a boolean is one in `inputs`, and a text in `github.event.inputs`. */
function inputFacts({ triggers }: Workflow): (facts: ReadonlyMap<string, Possible>) => [string, Possible][] {
  const declared = entriesIn(childIn(triggers.get('workflow_dispatch')?.value, 'inputs'))
  return (facts) => {
    const isDispatch = facts.get('github.event_name')?.values?.[0] === 'workflow_dispatch'
    return declared.flatMap(([name, { value }]): [string, Possible][] => {
      const key = name.toLowerCase()
      const isFlag = textIn(childIn(value, 'type')) === 'boolean'
      if (!isDispatch)
        return [
          [`inputs.${key}`, oneOf(null)],
          [`github.event.inputs.${key}`, oneOf(null)],
        ]
      if (!isFlag) return []
      return [
        [`inputs.${key}`, oneOf(true, false)],
        [`github.event.inputs.${key}`, oneOf('true', 'false')],
      ]
    })
  }
}

/** What the steps before have come to, and what of them is not there at all. */
function statusFacts({ job, step }: Position, status: JobStatus): [string, Possible][] {
  if (step === null) return []
  const before = job.steps.slice(0, job.steps.indexOf(step))
  const steps = before.flatMap(({ id, mayFail }): [string, Possible][] => {
    if (id === null || status !== 'success') return []
    const key = `steps.${id.toLowerCase()}`
    const ended = oneOf('success', 'skipped')
    return [
      [`${key}.conclusion`, ended],
      [`${key}.outcome`, mayFail ? anything : ended],
    ]
  })
  return [['job.status', oneOf(status)], ...steps]
}
