import type { CommandKind } from '@towpath/domain/deployment/command.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { judgeClaim } from '@towpath/domain/fleet/host-claim.ts'
import type { HostClaim } from '@towpath/domain/fleet/host-claim.ts'
import { installationId, installationView } from '@towpath/domain/ledger/views.ts'
import type { HostRefusal } from '@towpath/domain/ledger/views.ts'
import type { Store } from '@towpath/store/store.ts'
import type { Installation } from '../installation.ts'
import type { HostClaims } from '../ports/host-claims.ts'
import { stateOf } from '../state-of.ts'

/** A host that was held this lately is not asked again: a way there and back for each step would be felt. */
const heldForMs = 2_000
/** From this age on it is asked again beside what is done there, so that few steps have to wait for it. */
const renewedAfterMs = 1_000
const triesMax = 4

interface Hold {
  /** What we left there last. */
  claim: HostClaim | null
  /** When the host took it, on the clock that only grows. */
  atMs: number
  renewing: Promise<void> | null
}

const heldBy = new WeakMap<Installation, Map<string, Hold>>()

/**
 * Before any act on a host: puts our fence and the head of our ledger there. Throws FENCED where a newer controller acts
 * there, and LEDGER_BEHIND, once recorded, where one did whose ledger knows more than ours. Free within two seconds, and
 * on this machine's own engine.
 */
export async function holdHost(installation: Installation, docker: string): Promise<void> {
  const claims = installation.claimsOf(docker)
  if (claims === null) return
  const hosts = heldBy.get(installation) ?? new Map<string, Hold>()
  heldBy.set(installation, hosts)
  const hold = hosts.get(docker) ?? { claim: null, atMs: -Infinity, renewing: null }
  hosts.set(docker, hold)
  const ageMs = installation.elapsedMs() - hold.atMs
  const renew = (): Promise<void> => {
    hold.renewing ??= claim(installation, { docker, claims, hold }).finally(() => (hold.renewing = null))
    return hold.renewing
  }
  if (ageMs >= heldForMs) return await renew()
  // What it finds counts from the next act on.
  if (ageMs >= renewedAfterMs) renew().catch(() => undefined)
}

/**
 * The same before a step. A host that is out of reach is left to the step, which says what that means for it: where we
 * held the host before, or where the step only looks.
 */
export async function holdForStep(
  installation: Installation,
  docker: string,
  command: CommandKind,
): Promise<void> {
  try {
    await holdHost(installation, docker)
  } catch (error) {
    const isAway = error instanceof TowpathError && error.retryable && error.code !== 'HOST_CONTENDED'
    const wasHeld = (heldBy.get(installation)?.get(docker)?.claim ?? null) !== null
    if (!isAway || !(wasHeld || looksOnly.has(command))) throw error
  }
}

/** Fetched images change nothing that runs. */
const looksOnly: ReadonlySet<CommandKind> = new Set(['pull-images', 'evaluate-gates'])

/** Whether nothing is done on any host, because one knows more than our ledger, until a person decides. */
export const isSetAside = async ({ store }: Pick<Installation, 'store'>): Promise<boolean> =>
  (await refusalOf(store)) !== null

/** Throws LEDGER_BEHIND where nothing is done on any host. */
export async function refuseSetAside(store: Reads): Promise<void> {
  const refused = await refusalOf(store)
  if (refused !== null) throw ledgerBehind(refused)
}

export const isLedgerBehind = (error: unknown): boolean =>
  error instanceof TowpathError && error.code === 'LEDGER_BEHIND'

type Reads = Pick<Store, 'view'>

/** The host that knows more than our ledger; null where none was found. */
export const refusalOf = async (store: Reads): Promise<HostRefusal | null> =>
  (await stateOf(store, installationView, installationId))?.refused ?? null

interface Claiming {
  docker: string
  claims: HostClaims
  hold: Hold
}

async function claim(installation: Installation, { docker, claims, hold }: Claiming): Promise<void> {
  const { store, fence, elapsedMs } = installation
  let expected = hold.claim
  try {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const head = await store.head()
      const ours: HostClaim = { fence, head }
      const answer = await replaced(claims, { expected, ours })
      if (answer.replaced) {
        hold.claim = ours
        hold.atMs = elapsedMs()
        return
      }
      await judge(installation, { docker, found: answer.found })
      // Only what was judged may be replaced.
      expected = answer.found
    }
    throw contended(docker)
  } catch (error) {
    hold.atMs = -Infinity
    throw error
  }
}

/** A full disk keeps the claim that we put there before: what is done there may be what makes room. */
async function replaced(
  claims: HostClaims,
  { expected, ours }: { expected: HostClaim | null; ours: HostClaim },
): Promise<{ replaced: true } | { replaced: false; found: HostClaim | null }> {
  try {
    return await claims.replace(expected, ours)
  } catch (error) {
    const isFull = error instanceof TowpathError && error.code === 'DISK_FULL'
    if (isFull && expected?.fence === ours.fence) return { replaced: true }
    throw error
  }
}

async function judge(
  installation: Installation,
  { docker, found }: { docker: string; found: HostClaim | null },
): Promise<void> {
  if (found === null) return
  const { store, fence } = installation
  // Read after the host answered: under another address of the same host we may have signed it meanwhile, further on.
  const head = await store.head()
  const verdict = judgeClaim(found, { fence, head, ...(await knownOf(store, found)) })
  if (verdict === 'newer-controller') throw fencedOff(docker, { fence, found })
  if (verdict === 'may-act') return
  const { head: named } = found
  await store.append({
    type: 'host.refused',
    actor: 'towpath',
    idem: `host-refused/${docker}/${found.fence}/${named?.hash ?? 'unreadable'}`,
    data: { host: docker, fence: found.fence, head: named },
  })
  throw ledgerBehind({ host: docker, fence: found.fence, seq: named?.seq ?? null })
}

/** What our ledger has to say of a claim. */
async function knownOf(
  store: Store,
  { head }: HostClaim,
): Promise<{ hashAtFound: string | undefined; takenOver: number | null }> {
  const hashAtFound = head === null ? undefined : await store.hashAt(head.seq)
  const installation = await stateOf(store, installationView, installationId)
  return { hashAtFound, takenOver: installation?.takenOver ?? null }
}

const ledgerBehind = ({ host, fence, seq }: Omit<HostRefusal, 'at'>): TowpathError =>
  new TowpathError({
    code: 'LEDGER_BEHIND',
    kind: 'blocked',
    message:
      seq === null
        ? `What ${host} remembers of its last controller cannot be read, so nobody knows whether this ledger is an old copy.`
        : `${host} was last told what to do by a controller whose ledger has an event ${seq} (fence ${fence}) that this one does not know: this ledger is an old copy.`,
    hint: 'Nothing was changed there, and this controller does nothing until you decide. Stop it, and start the one with the newer ledger. Where that is gone for good: towpath ledger take-over --reason TEXT',
    detail: { host, fence, seq },
  })

const fencedOff = (host: string, { fence, found }: { fence: number; found: HostClaim }): TowpathError =>
  new TowpathError({
    code: 'FENCED',
    kind: 'conflict',
    message: `${host} obeys a newer controller (fence ${found.fence}, ours is ${fence}).`,
    hint: 'Nothing was changed there. This controller is out of date and must not act: stop it.',
    detail: { fence, writtenBy: found.fence },
  })

const contended = (host: string): TowpathError =>
  new TowpathError({
    code: 'HOST_CONTENDED',
    kind: 'locked',
    message: `Somebody else writes what ${host} remembers of its controllers at the same time.`,
    hint: 'Nothing was changed there. It is tried again by itself; make sure that one controller alone runs.',
    detail: { host },
    retryable: true,
  })
