import { planBack, rollbackTarget } from '@towpath/app/deployment/roll-back.ts'
import { crossedSince } from '@towpath/app/observe/crossed-schemas.ts'
import type { Caller } from '@towpath/app/principal/caller.ts'
import { requirePermission } from '@towpath/app/principal/caller.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import type { Served } from '../api-env.ts'
import { environmentNow, previewOf, pretendDeployment } from './pretend-deployment.ts'
import type { Preview } from './preview-shape.ts'

/** What a rollback would do, and whether the schema asks for a person. The ledger is not touched. */
export async function previewRollback(
  { installation, closing }: Served,
  caller: Caller,
  asked: {
    environment: string
    release: string | null
    reason: string
    acceptSchema: string | null
    signal: AbortSignal
  },
): Promise<Preview> {
  requirePermission(caller, 'roll-back', asked.environment)
  const then = await rollbackTarget(installation, asked)
  const environment = await environmentNow(installation, asked.environment)
  const { release, author, pins } = then
  const deployment = pretendDeployment(
    caller,
    {
      ...{ kind: 'rollback', release, author, pins, environment: asked.environment, reason: asked.reason },
      plan: await planBack(installation, then, asked.environment),
      schemaAccepted: asked.acceptSchema === null ? null : `${caller.principal.name}: ${asked.acceptSchema}`,
    },
    { environment, now: installation.now() },
  )
  const schema = await crossedSince(installation, deployment, environment)
  return await previewOf(installation, deployment, {
    environment,
    pending: [],
    warnings: [],
    wayBack: wayBackTo(release, schema),
    signal: AbortSignal.any([asked.signal, closing]),
  })
}

function wayBackTo(release: string, schema: GateFacts['schema']): Preview['wayBack'] {
  const crossed = schema?.crossed ?? []
  if (crossed.length === 0)
    return {
      needsPerson: false,
      text: `No migration since ${release} stands in the way. None runs on the way back.`,
    }
  const since = crossed.map((one) => `${one.release} (${one.schema})`).join(', ')
  return {
    needsPerson: schema?.accepted === null,
    text: `${since} changed the schema since, and ${release} may not run on it: it takes --accept-schema "why it is safe".`,
  }
}
