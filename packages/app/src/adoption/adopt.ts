import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { requestDeployment } from '../deployment/request-deployment.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { recordRelease } from '../release/create-release.ts'
import { importReleases } from './import-releases.ts'
import type { ImportAsked } from './import-releases.ts'
import { prepareAdoption } from './prepare-adoption.ts'
import type { AdoptInput } from './prepare-adoption.ts'

/**
 * Records what runs as the first good release and puts its adoption into the ledger; the runner brings the edge in. The
 * containers go on as they are.
 */
export async function adopt(
  installation: Installation,
  caller: Caller,
  input: AdoptInput & { reason: string; idempotencyKey: string | null; imports: ImportAsked | null },
): Promise<Deployment> {
  const prepared = await prepareAdoption(installation, caller, input)
  const { release, plan, pins, policy, read } = prepared
  if (input.imports !== null) await importReleases(installation, caller, { prepared, asked: input.imports })
  const recorded = await recordRelease(installation, caller, { release, project: read.config.project })
  return await requestDeployment(installation, caller, {
    kind: 'adopt',
    environment: input.environment,
    release: recorded.version,
    author: recorded.author,
    reason: input.reason,
    schemaAccepted: null,
    plan,
    pins,
    firstPolicy: policy,
    idempotencyKey: input.idempotencyKey,
  })
}
