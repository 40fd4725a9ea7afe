import { environmentNames, filesOf } from '@towpath/domain/config/resolve-config.ts'
import { secretPlaceholder } from '@towpath/domain/config/secret-placeholder.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { ProjectFiles } from '../release/snapshot.ts'
import { openSnapshot } from '../release/snapshot.ts'
import type { EnvironmentModel } from './environment-model.ts'
import { composeFor, configOf, openSecrets } from './environment-model.ts'

/**
 * The same environment, where a secret that has no value stays a placeholder instead of an empty text, so that the
 * gate finds who needs it and no container can be made without. A compose file does not say which variables are
 * secrets: those are, that were sealed for what is live or are sealed for another environment.
 */
export async function withMissingSecrets(
  installation: Installation,
  { files, read, live }: { files: ProjectFiles; read: EnvironmentModel; live: Deployment | null },
): Promise<Pick<EnvironmentModel, 'model' | 'warnings'>> {
  if (read.unset.length === 0) return read
  const known = new Set([
    ...(await sealedElsewhere(installation, files, read)),
    ...(live === null ? [] : await sealedFor(installation, live)),
  ])
  const missing = read.unset.filter((name) => known.has(name))
  if (missing.length === 0) return read
  const stoodFor = missing.map((name): [string, string] => [name, secretPlaceholder(name)])
  const variables = new Map([...read.variables, ...stoodFor])
  const again = await composeFor(installation, files, { config: read.config, variables })
  const shipped = new Set([...read.config.services, ...read.config.jobs].map(({ compose }) => compose))
  const services = Object.entries(again.model.services).filter(([key]) => shipped.has(key))
  return {
    // An accessory is started once and then left alone, so nothing holds up a deployment for its sake.
    model: { ...read.model, services: { ...read.model.services, ...Object.fromEntries(services) } },
    warnings: again.warnings,
  }
}

/** Names sealed for the other environments of the same files. */
async function sealedElsewhere(
  installation: Installation,
  files: ProjectFiles,
  { config }: EnvironmentModel,
): Promise<string[]> {
  const written = configOf(files)
  const sealedFiles = environmentNames(written)
    .filter((environment) => environment !== config.environment)
    .map((environment) => ({ environment, ...filesOf(written, environment) }))
  const names = await Promise.all(
    sealedFiles.map((sealed) => namesIn(() => openSecrets(installation, files, sealed))),
  )
  return names.flat()
}

/** Names that were sealed for a deployment. */
const sealedFor = (installation: Installation, { pins, environment }: Deployment): Promise<string[]> =>
  namesIn(async () => {
    const files = await openSnapshot(installation, pins.snapshot)
    return await openSecrets(installation, files, { environment, ...filesOf(configOf(files), environment) })
  })

/** None where the file is not here or is sealed to another installation's key: it teaches nothing then. */
async function namesIn(open: () => Promise<{ secrets: ReadonlyMap<string, string> }>): Promise<string[]> {
  try {
    return [...(await open()).secrets.keys()]
  } catch (error) {
    if (error instanceof TowpathError) return []
    throw error
  }
}
