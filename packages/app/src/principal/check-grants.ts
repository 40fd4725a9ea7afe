import { suggestWord } from '@towpath/domain/config/did-you-mean.ts'
import { environmentNames } from '@towpath/domain/config/resolve-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { environmentOf } from '@towpath/domain/fleet/seat.ts'
import { environmentView, releaseView } from '@towpath/domain/ledger/views.ts'
import type { RoleGrant } from '@towpath/domain/principal/principal.ts'
import type { Installation } from '../installation.ts'
import { configOf } from '../project/environment-model.ts'
import { openSnapshot } from '../release/snapshot.ts'

/**
 * Throws GRANT_ENVIRONMENT_UNKNOWN for an environment that neither the newest release names nor the ledger knows: such
 * a role would hold nowhere. Before the first release nothing can be said, and the answer is a note that says so.
 */
export async function checkGrants(
  installation: Installation,
  grants: readonly RoleGrant[],
): Promise<string | null> {
  const asked = [...new Set(grants.map(({ environment }) => environment))].filter((name) => name !== '*')
  if (asked.length === 0) return null
  const known = await knownEnvironments(installation)
  if (known === null)
    return `No release was created yet, so nobody can say whether ${asked.join(', ')} will exist.`
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown !== undefined) throw environmentUnknown(unknown, known)
  return null
}

/** Null before the first release. */
async function knownEnvironments(installation: Installation): Promise<string[] | null> {
  const { store } = installation
  const [newest] = (await store.listViews(releaseView, { limit: 1 })).items
  if (newest === undefined) return null
  const named = environmentNames(configOf(await openSnapshot(installation, newest.state.snapshot)))
  const { items } = await store.listViews(environmentView, { limit: 500 })
  return [...new Set([...named, ...items.map(({ state }) => environmentOf(state.environment))])]
}

const environmentUnknown = (name: string, known: string[]): TowpathError =>
  new TowpathError({
    code: 'GRANT_ENVIRONMENT_UNKNOWN',
    kind: 'usage',
    message: `There is no environment ${name}; there are ${known.join(', ')}.`,
    hint: `No token was made. ${suggestWord(name, known) ?? 'Name one of these, or leave the environment out for all.'}`,
    detail: { environment: name, known },
  })
