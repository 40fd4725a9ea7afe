import type { Condition, Workflow } from '../../repository/workflow.ts'
import { evaluateIn, parseCondition } from '../condition/evaluate.ts'
import type { ParsedCondition } from '../condition/evaluate.ts'
import { worldsOf } from '../condition/world.ts'
import type { Position } from '../condition/world.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { replaceScalar } from '../line-edits.ts'

/** A step that never runs looks like one that had nothing to do: the check it makes was never made. */
export const workflowCondition: Trap = {
  id: 'workflow-condition',
  passes: 'every condition of the workflows can come true',
  look: (survey) => {
    const asked = survey.workflows.flatMap(conditionsOf)
    return asked.length === 0 ? null : asked.flatMap((found) => judged(survey, found))
  },
}

interface Asked extends Position {
  condition: Condition
}

const conditionsOf = (workflow: Workflow): Asked[] =>
  workflow.jobs.flatMap((job) => [
    ...(job.condition === null ? [] : [{ workflow, job, step: null, condition: job.condition }]),
    ...job.steps.flatMap((step) =>
      step.condition === null ? [] : [{ workflow, job, step, condition: step.condition }],
    ),
  ])

function judged(survey: AdoptionSurvey, asked: Asked): Finding[] {
  const { workflow, step, condition } = asked
  const at = { file: workflow.path, line: condition.line }
  const parsed = parseCondition(condition.text, step === null ? 'job' : 'step')
  if (!parsed.ok) return [{ status: 'fail', ...at, ...unreadable(nameOf(asked), parsed) }]
  if (canBeTrue(asked, parsed)) return []
  const edits = mended(survey, at, asked)
  return [
    {
      ...{ status: 'fail', ...at },
      message: `${nameOf(asked)} never runs: ${shown(condition.text)} cannot be true${whyNever(asked)}`,
      fix: edits === undefined ? fixOf(condition.text) : (edits[0]?.insert[0]?.trim() ?? ''),
      ...(edits === undefined ? {} : { edits }),
    },
  ]
}

const canBeTrue = (position: Position, parsed: Extract<ParsedCondition, { ok: true }>): boolean =>
  worldsOf(position, parsed.asksStatus).some((world) => evaluateIn(parsed.expression, world).truth !== 'no')

function nameOf({ job, step }: Asked): string {
  if (step === null) return `job ${job.id}`
  return `step ${step.name ?? step.id ?? step.uses?.text ?? `of job ${job.id}`}`
}

const unreadable = (
  name: string,
  parsed: Extract<ParsedCondition, { ok: false }>,
): Pick<Finding, 'message' | 'fix'> =>
  parsed.why === 'text'
    ? {
        message: `the condition of ${name} is always true: text around \${{ }} makes a text of it, and a text that is not empty is true`,
        fix: 'write the whole condition without ${{ }}',
      }
    : {
        message: `GitHub refuses the condition of ${name}: ${parsed.message.slice(0, 160)}`,
        fix: 'see the contexts that a condition may use: secrets is not among them, and env not at a job',
      }

const shown = (text: string): string =>
  text.length > 80 ? `${text.slice(0, 79)}…` : text.replaceAll(/\s+/g, ' ')

const ASKS_OUTCOME = /\b(?:steps\.[\w-]+\.(?:outcome|conclusion)|job\.status)\s*==\s*'(?:failure|cancelled)'/
const FLAG = /\bgithub\.event\.inputs\.([\w-]+)\s*==\s*true\b/
const FLAG_TEXT = /\binputs\.([\w-]+)\s*==\s*'true'/

function whyNever({ condition: { text }, workflow }: Asked): string {
  if (ASKS_OUTCOME.test(text))
    return ': without always() or failure() a condition is only asked while everything before went well'
  if (FLAG.test(text)) return ': in github.event.inputs a flag is the text true, which is not equal to true'
  if (FLAG_TEXT.test(text)) return ': a flag of type boolean in inputs is no text'
  const events = [...workflow.triggers.keys()].join(', ')
  return /github\./.test(text) && events !== ''
    ? ` when the workflow starts on ${events} as it is written`
    : ''
}

const fixOf = (text: string): string =>
  /^\s*(?:\$\{\{\s*)?false/.test(text)
    ? 'delete the step: switched off it only looks as if it were there'
    : 'mend the condition, or delete what it guards'

/** Only where the condition after it can be true, which one change alone may not bring about. */
function mended(survey: AdoptionSurvey, at: { file: string; line: number }, asked: Asked): Finding['edits'] {
  const { text } = asked.condition
  const change = text.includes('\n') ? null : changeOf(text)
  if (change === null) return undefined
  const parsed = parseCondition(
    text.replace(change.from, () => change.to),
    asked.step === null ? 'job' : 'step',
  )
  return parsed.ok && canBeTrue(asked, parsed) ? replaceScalar(survey, at, change) : undefined
}

function changeOf(text: string): { from: string; to: string } | null {
  const flag = FLAG.exec(text) ?? FLAG_TEXT.exec(text)
  if (flag !== null) return { from: flag[0], to: `inputs.${flag[1] ?? ''} == true` }
  const asked = ASKS_OUTCOME.exec(text)?.[0]
  return asked === undefined ? null : { from: asked, to: `always() && ${asked}` }
}
