import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import type { SmokeCheck } from '@towpath/domain/config/resolved-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ProbeAnswer } from '../ports/edge.ts'
import type { Perform, Performing } from '../runner/performing.ts'

/** Asks the candidates what their smoke checks ask, through the edge's private entry: the way that traffic will take. */
export const runSmokeChecks: Perform<'run-smoke-checks'> = async (performing, { services }) => {
  const checks = []
  const chosen = performing.deployment.plan.services.filter(({ service }) => services.includes(service))
  for (const service of chosen)
    for (const check of service.smoke) checks.push(await runCheck(performing, service.service, check))
  return { type: 'smoke.passed', data: { checks } }
}

async function runCheck(
  { deployment, edge, edgeSpec }: Performing,
  service: string,
  check: SmokeCheck,
): Promise<{ service: string; path: string; status: number; tookMs: number }> {
  const slot = candidatePlacement(deployment).services[service]?.slot ?? ''
  const answer = await edge.probe(edgeSpec, {
    service,
    slot,
    method: check.method,
    path: check.path,
    headers: check.headers,
    timeoutMs: check.timeoutMs,
  })
  const fault = smokeFault(service, check, answer)
  if (fault === null) return { service, path: check.path, status: check.status, tookMs: answer.tookMs }
  throw new TowpathError({
    code: 'SMOKE_CHECK_FAILED',
    kind: 'failed',
    message: fault,
    hint: 'Mend the release or the check in towpath.yaml, then deploy again.',
    detail: {},
  })
}

/** What a smoke check was given instead of what it wanted, as a sentence; null where it was given that. */
export function smokeFault(service: string, check: SmokeCheck, answer: ProbeAnswer): string | null {
  const holds = check.contains === null || answer.body.includes(check.contains)
  if (answer.status === check.status && holds) return null
  const saw = answer.status === null ? (answer.fault ?? 'no answer') : `status ${answer.status}`
  const wanted = `status ${check.status}${check.contains === null ? '' : ` with "${check.contains}"`}`
  return `Smoke check ${check.method} ${check.path} of ${service} wanted ${wanted} and got ${saw}.`
}
