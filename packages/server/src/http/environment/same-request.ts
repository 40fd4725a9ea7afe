import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** A key that was used before answers with what was asked for then; for anything else it is refused. */
export function refuseOtherUse(
  deployment: Deployment,
  asked: { environment: string; kind: Deployment['kind']; release: string | null },
): void {
  const isSame =
    deployment.environment === asked.environment &&
    deployment.kind === asked.kind &&
    (asked.release === null || deployment.release === asked.release)
  if (isSame) return
  const { id, kind, release, environment } = deployment
  throw new TowpathError({
    code: 'IDEMPOTENCY_KEY_REUSED',
    kind: 'conflict',
    message: `The idempotency key already stands for deployment ${id} (${kind} of ${release} to ${environment}).`,
    hint: 'Send another key for another request. Nothing was changed.',
    detail: { deployment: id },
  })
}
