import type { HealthCheckSpec } from '../edge/wanted.ts'

/** What one probe of a service gave. `edge-down` says that nobody could ask: it is no statement about the service. */
export type ProbeResult =
  | { saw: 'good'; text: string }
  | { saw: 'bad'; text: string }
  | { saw: 'edge-down'; text: string }

/** Reads a probe's answer by the service's own health rule. `status` is null where no complete answer came. */
export function probeResult(
  answer: { status: number | null; fault: string | null; edgeDown?: true },
  { statusMin, statusMax }: Pick<HealthCheckSpec, 'statusMin' | 'statusMax'>,
): ProbeResult {
  const { status } = answer
  if (status === null) {
    const text = answer.fault ?? 'no answer'
    return { saw: answer.edgeDown === true ? 'edge-down' : 'bad', text }
  }
  const isGood = status >= statusMin && status <= statusMax
  return { saw: isGood ? 'good' : 'bad', text: `status ${status}` }
}
