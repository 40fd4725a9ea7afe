import { once } from 'node:events'
import { PAIR_LENGTH_MAX, comparePair } from '@towpath/domain/version/compare-versions.ts'
import type { UnreadableLine } from '@towpath/domain/version/compare-versions.ts'
import { orderNames } from '@towpath/domain/version/order-name.ts'
import type { OrderName } from '@towpath/domain/version/order-name.ts'
import { suggestWord } from '@towpath/domain/config/did-you-mean.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import { boundedLines } from '../terminal/bounded-lines.ts'
import type { Context } from '../terminal/context.ts'
import type { Output } from '../terminal/shell.ts'

/** Most unreadable lines that are told one by one. */
const TOLD_MAX = 20

/** Answers written at once, so that a long input does not pile up here. */
const BATCH_SIZE = 4096

/**
 * `towpath versions compare KIND`: `<`, `=` or `>` for every line `A B` of stdin, in its order. A line that cannot be
 * read gives `?`, so that answers stay beside their lines, and the command ends with 2.
 */
export async function compareVersions(context: Context, kind: string): Promise<Answer> {
  const order = orderNamed(kind)
  const { shell, json } = context
  const results: string[] = []
  const unread: UnreadableLine[] = []
  let count = 0
  let batch: string[] = []
  for await (const pair of boundedLines(shell.stdin, PAIR_LENGTH_MAX)) {
    count += 1
    const result = comparePair(order, pair, count)
    if (typeof result !== 'string') unread.push(result)
    batch.push(typeof result === 'string' ? result : '?')
    if (batch.length < BATCH_SIZE) continue
    if (json) results.push(...batch)
    else await write(shell.stdout, batch)
    batch = []
  }
  if (json) results.push(...batch)
  else await write(shell.stdout, batch)
  const answer = { page: [], json: { kind: order, results } }
  return unread.length === 0 ? answer : { ...answer, ...unreadable(order, { count, unread }) }
}

function orderNamed(kind: string): OrderName {
  const name = orderNames.find((known) => known === kind)
  if (name !== undefined) return name
  throw new TowpathError({
    code: 'VERSION_KIND_UNKNOWN',
    kind: 'usage',
    message: `There is no kind of version called ${kind}; ${suggestWord(kind, orderNames)}`,
    hint: 'Nothing was compared. See: towpath versions compare --help',
  })
}

async function write(stdout: Output, answers: readonly string[]): Promise<void> {
  if (answers.length === 0) return
  if (!stdout.write(`${answers.join('\n')}\n`)) await once(stdout, 'drain')
}

function unreadable(
  order: OrderName,
  { count, unread }: { count: number; unread: readonly UnreadableLine[] },
): Pick<Answer, 'exit' | 'failure'> {
  const told = unread.slice(0, TOLD_MAX).map(({ line, problem }) => ({ message: `line ${line}: ${problem}` }))
  const left = unread.length - told.length
  const problems = left === 0 ? told : [...told, { message: `and ${left} more lines` }]
  const only = problems.length === 1 ? ` ${problems[0]?.message ?? ''}.` : ''
  return {
    exit: exitCodes.usage,
    failure: {
      code: 'VERSION_LINES_UNREADABLE',
      title: `${unread.length} of ${count} lines could not be read as two ${order} versions.${only}`,
      detail: { problems },
      hint: 'Each has a ? in place of its answer; the other lines were compared. Mend them and run it again.',
      docs: docsOf('VERSION_LINES_UNREADABLE'),
    },
  }
}
