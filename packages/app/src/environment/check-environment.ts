import type { Check } from '@towpath/domain/adoption/finding.ts'
import { checkOf } from '@towpath/domain/adoption/online/online-answer.ts'
import { onlineChecks } from '@towpath/domain/adoption/online/online-checks.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { liveDeployment, requireAllowedHost } from '../deployment/deploy-release.ts'
import type { Installation } from '../installation.ts'
import { onlineFacts } from '../observe/online-facts.ts'
import type { OnlineScope } from '../observe/online-facts.ts'
import type { NamedByProxy } from '../observe/served-names.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { configOf, readEnvironment } from '../project/environment-model.ts'
import { withMissingSecrets } from '../project/missing-secrets.ts'
import { requireOwnProject } from '../release/create-release.ts'
import type { ProjectFiles } from '../release/snapshot.ts'
import { stateOf } from '../state-of.ts'

export interface EnvironmentCheckAsked {
  environment: string
  /** Of a working copy, as a release would bring them; they are kept nowhere. */
  files: ProjectFiles
  /** What the proxy's configuration serves by TLS: it is no part of a release's files. */
  names: readonly NamedByProxy[]
  signal: AbortSignal
}

/**
 * What of an environment the network has to answer: host, registry, database, what is live. Reads only. Takes the right to
 * deploy there, because these files decide which host and registry are asked, and with which secrets.
 */
export async function checkEnvironment(
  installation: Installation,
  caller: Caller,
  { environment, files, names, signal }: EnvironmentCheckAsked,
): Promise<Check[]> {
  requirePermission(caller, 'deploy', environment)
  const written = configOf(files)
  await requireOwnProject(installation.store, written.file.project)
  const lineOf = (path: readonly string[]): number => written.source.keyAt(path).line
  try {
    const scope = await openScope(installation, { environment, files, names, signal })
    return onlineChecks(await onlineFacts(scope), lineOf)
  } catch (thrown) {
    if (!(thrown instanceof TowpathError)) throw thrown
    const { message, hint } = thrown
    const about = { id: 'environment', status: 'fail', key: ['environments', environment] } as const
    return [checkOf(environment, { ...about, message: `nothing was asked: ${message}`, fix: hint }, lineOf)]
  }
}

async function openScope(
  installation: Installation,
  { environment: name, files, names, signal }: EnvironmentCheckAsked,
): Promise<OnlineScope> {
  const read = await readEnvironment(installation, files, name)
  const environment = (await stateOf(installation.store, environmentView, name)) ?? emptyEnvironment(name)
  requireAllowedHost(environment, read.config)
  const live = await liveDeployment(installation, environment)
  const { model } = await withMissingSecrets(installation, { files, read, live })
  return { installation, config: read.config, secrets: read.secrets, model, environment, names, signal }
}
