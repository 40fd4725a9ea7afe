import { acceptedBy } from '@towpath/domain/adoption/accepted.ts'
import type { HostOperator } from '@towpath/domain/adoption/host/host-operators.ts'
import { unitOf } from '@towpath/domain/adoption/host/host-places.ts'
import type { FoundContainer } from '@towpath/domain/adoption/running/found-container.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { PlanProblem } from '@towpath/domain/deployment/plan-problems.ts'
import type { Installation } from '../installation.ts'
import { lookForOperators } from '../observe/host-operators.ts'
import { observed } from '../observe/observed.ts'

const id = 'second-operator'

/**
 * Whoever else starts, stops or removes the containers on the host would do so in the middle of a deployment: adopting begins
 * beside none of them, unless a person takes it on. What runs only when somebody starts it is told.
 */
export async function othersOnHost(
  installation: Installation,
  facts: { config: ResolvedConfig; found: readonly FoundContainer[]; accepted: readonly string[] },
): Promise<{ problems: PlanProblem[]; notes: string[] }> {
  const { config, found, accepted } = facts
  const seen = await observed(installation, () => lookForOperators(installation, config, found))
  if ('unknown' in seen)
    return { problems: isAccepted('', accepted) ? [] : [unseen(seen.unknown)], notes: [] }
  const { operators, unread } = seen.value
  const open = operators.filter(
    (one) => one.status !== 'warn' && !isAccepted(`${one.file} ${one.message}`, accepted),
  )
  return {
    problems: open.map(problemOf),
    notes: [
      ...operators.filter((one) => !open.includes(one)).map((one) => `on the host: ${sentenceOf(one)}`),
      ...unread.map((path) => `what ${path} on the host does is not known: it could not be read`),
    ],
  }
}

const isAccepted = (message: string, accepted: readonly string[]): boolean =>
  acceptedBy({ id, file: null, message }, accepted)

const sentenceOf = ({ file, line, message }: HostOperator): string => `${file}:${line} ${message}`

const problemOf = (operator: HostOperator): PlanProblem => ({
  code: 'ADOPT_SECOND_OPERATOR',
  message: `On the host, ${sentenceOf(operator)}.`,
  hint: `${operator.fix}. Or say that it is harmless: --accept ${id}:${unitOf(operator.file)}`,
})

const unseen = (why: string): PlanProblem => ({
  code: 'ADOPT_SECOND_OPERATOR',
  message: `What else acts on these containers could not be seen on the host: ${why}`,
  hint: `Look yourself (systemctl list-timers; ls /etc/systemd/system /etc/cron.d; crontab -l), then: --accept ${id}`,
})
