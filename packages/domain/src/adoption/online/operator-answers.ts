import { notSeen } from './online-answer.ts'
import type { OnlineAnswer } from './online-answer.ts'
import type { OnlineFacts } from './online-facts.ts'

/** Units, cron jobs and hooks on the host that act on the same containers, each with its place there. */
export function operatorAnswers({ environment, host, others }: OnlineFacts): OnlineAnswer[] {
  const about = { id: 'second-operator', key: ['environments', environment] } as const
  if ('unknown' in others) {
    const { why, fix } = notSeen(others, { host, otherwise: 'mend the way to the host first' })
    const message = `what else acts on the containers could not be seen on the host: ${why}`
    return [{ ...about, status: 'unknown', message, fix }]
  }
  const { operators, unread } = others.value
  const found = operators.map(({ status, file, line, message, fix }): OnlineAnswer => ({
    ...{ ...about, status, fix },
    message: `on the host, ${file}:${line} ${message}`,
  }))
  if (unread.length > 0)
    found.push({
      ...{ ...about, status: 'unknown' },
      message: `what these files of the host do is not known, since they could not be read: ${unread.slice(0, 5).join(', ')}`,
      fix: 'look at them on the host as root, then say so: --accept second-operator',
    })
  if (found.length > 0) return found
  const message = 'no unit, cron job or hook on the host acts on these containers'
  return [{ ...about, status: 'pass', message, fix: null }]
}
