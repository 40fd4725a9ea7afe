import { secretNamesIn } from '@towpath/domain/config/secret-placeholder.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import type { SecretValues } from '../installation.ts'
import type { Performing } from '../runner/performing.ts'

/** Secrets that the plan or the config stand in for and that nobody sealed. Names alone. */
export function settingFacts({
  deployment: { plan },
  config: { database, registries },
  secrets,
}: Pick<Performing, 'deployment' | 'config' | 'secrets'>): NonNullable<GateFacts['settings']> {
  const { services, jobs, backup, edge, networks, volumes } = plan
  const needed = JSON.stringify({ services, jobs, backup, edge, networks, volumes, database, registries })
  return { missing: withoutValue(needed, secrets) }
}

/** Names of secrets that a text stands in for and that have no value. */
export const withoutValue = (text: string, secrets: SecretValues): string[] =>
  secretNamesIn(text).filter((name) => !secrets.has(name))
