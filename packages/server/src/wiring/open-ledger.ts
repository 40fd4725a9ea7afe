import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { installationId, installationView, ledgerViews } from '@towpath/domain/ledger/views.ts'
import type { InstallationState } from '@towpath/domain/ledger/views.ts'
import { openLedgerKey } from '@towpath/store/ledger/ledger-key.ts'
import type { EvidenceKey, LedgerKey } from '@towpath/store/ledger/ledger-key.ts'
import { openStore } from '@towpath/store/store.ts'
import type { Store } from '@towpath/store/store.ts'
import type { Served } from '../http/api-env.ts'
import { makeId } from './make-id.ts'

export interface OpenLedger {
  store: Store
  /** Names the installation in the ledger's first event, once; refuses a ledger that another key opened. */
  identify: () => Promise<{ id: string; ledger: Served['ledger']; evidenceKey: EvidenceKey }>
}

/** Opens the store with the key of this state folder. The ledger has an identity only once somebody holds its lock. */
export async function openLedger({ url, stateDir }: { url: string; stateDir: string }): Promise<OpenLedger> {
  const key = await openLedgerKey(stateDir)
  let installation = ''
  const signHead: Served['ledger']['signHead'] = (head) => key.sign({ ...head, installation })
  const store = await openStore({ url, folds: ledgerViews, signer: signHead })
  return {
    store,
    identify: async () => {
      const { id } = await ensureOpened(store, key)
      installation = id
      return { id, ledger: { publicKeyPem: key.publicKeyPem, signHead }, evidenceKey: key.evidence }
    },
  }
}

async function ensureOpened(store: Store, { publicKeyPem }: LedgerKey): Promise<InstallationState> {
  const known = await store.view(installationView, installationId)
  if (known === undefined) {
    const data = { installation: makeId('inst'), publicKey: publicKeyPem }
    await store.append({ type: 'ledger.opened', actor: 'towpath', idem: 'ledger/opened', data })
  }
  const state = (known ?? (await store.view(installationView, installationId)))?.state
  if (state === undefined) throw new Error('the ledger has no first event')
  if (state.publicKey.trim() !== publicKeyPem.trim()) throw otherKey(state.id)
  return state
}

const otherKey = (id: string): TowpathError =>
  new TowpathError({
    code: 'LEDGER_KEY_OTHER',
    kind: 'usage',
    message: `This database holds the ledger of installation ${id}, which another key opened than the one in this state folder.`,
    hint: 'Nothing was changed. Start with the state folder that belongs to it, or restore its ledger-key.pem from a backup.',
  })
