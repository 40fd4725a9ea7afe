import { answerOf, connect } from '../connection/connect.ts'
import { docsOf } from '../outcome/failure.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import type { Answer } from '../outcome/answer.ts'
import { gateLines } from '../screen/gate-lines.ts'
import { line, span } from '../screen/line.ts'
import { tableLines } from '../screen/table.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'

/** `towpath gate list`. */
export async function listGates(context: Context): Promise<Answer> {
  const { api } = await connect(context)
  const { items } = await answerOf(api.GET('/v1/gates'))
  const rows = items.map(({ name, title, safety }) => [
    span('strong', name),
    span(null, safety ? 'always' : 'forward'),
    span(null, title),
  ])
  return {
    page: tableLines({ head: ['gate', 'asked', 'promises'], rows }, columnsOf(context.shell.stdout)),
    json: { gates: items },
  }
}

/** `towpath gate replay DEPLOYMENT`: fails where an answer differs, since the same facts must give the same answers. */
export async function replayGates(context: Context, id: string): Promise<Answer> {
  const { api } = await connect(context)
  const replay = await answerOf(api.POST('/v1/deployments/{id}/gates/replay', { params: { path: { id } } }))
  const { differing, replayed, recorded } = replay
  const then = new Map(recorded.map(({ gate, answer }) => [gate, answer]))
  const answer: Answer = {
    page: [
      ...gateLines(replayed),
      ...differing.map((gate) =>
        line(span('warning', '  ▲ '), `${gate} said ${then.get(gate) ?? 'nothing'} then`),
      ),
      ...(differing.length === 0
        ? [line(span('good', '✔ same'), '  every gate answers as it did then')]
        : []),
    ],
    json: { deployment: id, ...replay },
  }
  if (differing.length === 0) return answer
  return {
    ...answer,
    exit: exitCodes.failed,
    failure: {
      code: 'GATES_ANSWER_OTHERWISE',
      title: `Given the same facts, ${differing.join(', ')} would answer otherwise today.`,
      detail: { differing },
      hint: 'Nothing was changed. The rules of these gates were changed since, by another version of Towpath.',
      docs: docsOf('GATES_ANSWER_OTHERWISE'),
    },
  }
}
