import type { GateFacts } from './gate-facts.ts'
import type { Gate, GateAnswer, GateResult, GateWaiver } from './gate.ts'
import { gates } from './gates.ts'

/**
 * Asks every gate that applies to this kind of deployment: all of them on the way forward, only the safety gates on the
 * way back. Pure: the same facts give the same results, which is what `gate replay` shows.
 */
export function evaluateGates(
  facts: GateFacts,
  waivers: readonly GateWaiver[],
  asked: readonly Gate[] = gates,
): GateResult[] {
  const goingBack = facts.deployment.kind === 'rollback'
  return asked
    .filter((gate) => gate.safety || !goingBack)
    .map((gate) => {
      const answer = gate.evaluate(facts)
      return {
        gate: gate.name,
        title: gate.title,
        ...answer,
        waiver: waiverFor(gate.name, answer, { facts, waivers }),
      }
    })
}

function waiverFor(
  gate: string,
  answer: GateAnswer,
  { facts, waivers }: { facts: GateFacts; waivers: readonly GateWaiver[] },
): GateWaiver | null {
  if (answer.answer === 'pass' || answer.answer === 'not-applicable') return null
  const valid = waivers.find(
    (waiver) =>
      waiver.gate === gate &&
      (waiver.release === null || waiver.release === facts.deployment.release) &&
      Date.parse(waiver.expiresAt) > Date.parse(facts.now),
  )
  return valid ?? null
}

/** Unknown is never pass; a waiver lets a fail or unknown through and stays visible. */
export const isPassed = (results: readonly GateResult[]): boolean =>
  results.every(
    (result) => result.answer === 'pass' || result.answer === 'not-applicable' || result.waiver !== null,
  )
