import { randomBytes } from 'node:crypto'
import { hashToken, tokenPrefix } from '@towpath/app/principal/add-principal.ts'
import type { Log } from '@towpath/app/ports/log.ts'
import { principalView } from '@towpath/domain/ledger/views.ts'
import type { Store } from '@towpath/store/store.ts'
import { makeId } from './make-id.ts'
import { adminTokenFile, writePrivate } from './state-folder.ts'

const name = 'admin'
const lifetimeMs = 365 * 86_400_000

/**
 * Adds the principal `admin` with a token in the state folder, the first time or when asked to renew it. Whoever may
 * read that folder is this installation's admin anyway. The file comes first: a crash in between only makes it anew.
 */
export async function ensureFirstAdmin(
  store: Store,
  options: { stateDir: string; renew: boolean; log: Log },
): Promise<void> {
  const known = await store.view(principalView, name)
  if (known !== undefined && !options.renew) return
  const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`
  const expiresAt = new Date(Date.now() + lifetimeMs).toISOString()
  await writePrivate(options.stateDir, adminTokenFile, `${token}\n`)
  await store.append({
    type: 'principal.added',
    actor: 'towpath',
    idem: makeId('principal'),
    data: {
      principal: {
        ...{ name, expiresAt, revokedAt: null },
        grants: [{ environment: '*', role: 'admin' }],
        tokenHash: hashToken(token),
      },
    },
  })
  options.log.info({ principal: name, file: adminTokenFile, expiresAt }, 'admin token written')
}
