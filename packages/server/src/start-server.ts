import { expectReadable } from '@towpath/adapters/host/ssh/ssh-config-file.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { Log } from '@towpath/app/ports/log.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Store } from '@towpath/store/store.ts'
import manifest from '../package.json' with { type: 'json' }
import { createApi } from './http/create-api.ts'
import { placesFor } from './http/places.ts'
import type { ServerOptions } from './server-options.ts'
import { ensureFirstAdmin } from './wiring/first-admin.ts'
import { jsonLog } from './wiring/json-log.ts'
import { knownSecrets } from './wiring/known-secrets.ts'
import type { KnownSecrets } from './wiring/known-secrets.ts'
import { listen } from './wiring/listen.ts'
import { openStateDatabase } from './wiring/open-database.ts'
import { openLedger } from './wiring/open-ledger.ts'
import { runLoops } from './wiring/run-loops.ts'
import { announceAddress, openStateFolder, withdrawAddress } from './wiring/state-folder.ts'
import type { ServerAddress } from './wiring/state-folder.ts'
import { nameInstance, takeControl } from './wiring/take-control.ts'
import { wireInstallation } from './wiring/wire-installation.ts'
import { wirePorts } from './wiring/wire-ports.ts'

const serverVersion = manifest.version

const openRequestsMax = 200
/** What runs gets this long to notice the stop; the ledger knows how far it came. */
const restWithinMs = 10_000

export interface RunningServer extends ServerAddress {
  log: Log
  /** Ends what runs, then the connections, then the database where it is ours. Twice is once. */
  stop(): Promise<void>
}

interface Surroundings {
  /** Takes log lines; secrets are out of them. */
  write: (line: string) => void
  /** Called once when another controller may have taken over: the process must not go on. */
  onLost: (reason: string) => void
}

/** Starts a server; the only place where everything meets. What was begun is undone where a later part fails. */
export async function startServer(
  options: ServerOptions,
  surroundings: Surroundings,
): Promise<RunningServer> {
  const undo = new AsyncDisposableStack()
  try {
    return await start(options, surroundings, undo)
  } catch (thrown) {
    await undo.disposeAsync()
    throw thrown
  }
}

async function start(
  options: ServerOptions,
  { write, onLost }: Surroundings,
  undo: AsyncDisposableStack,
): Promise<RunningServer> {
  const secrets = knownSecrets()
  const log = jsonLog({ write, redact: secrets.redact, now: () => new Date().toISOString() })
  const closing = new AbortController()
  const lost = (reason: string): void => {
    log.error({ reason }, 'this controller may not act any more')
    closing.abort()
    onLost(reason)
  }
  if (options.sshConfig !== null) await expectReadable(options.sshConfig)
  await openStateFolder(options.stateDir)
  const { installation, holdsLock, ledger } = await wire(options, { secrets, log, lost, undo })
  const api = createApi({
    ...{ installation, ledger, holdsLock },
    places: placesFor(openRequestsMax),
    closing: closing.signal,
  })
  const listening = await listen(api, options)
  undo.defer(() => listening.close())
  const recipient = await installation.secrets.recipient()
  const address = { url: listening.url, pid: process.pid, installation: installation.id, recipient }
  await announceAddress(options.stateDir, address)
  undo.defer(() => withdrawAddress(options.stateDir))
  const rest = runLoops(installation, closing.signal)
  undo.defer(() => comeToRest(rest, log))
  undo.defer(() => closing.abort())
  log.info({ ...address, fence: installation.fence, version: serverVersion }, 'server ready')
  return { ...address, log, stop: () => undo.disposeAsync() }
}

interface Wiring {
  secrets: KnownSecrets
  log: Log
  lost: (reason: string) => void
  undo: AsyncDisposableStack
}

/** Database, ledger, lock and ports, in the order in which each needs the one before. */
async function wire(options: ServerOptions, { secrets, log, lost, undo }: Wiring) {
  const { stateDir } = options
  const database = await openStateDatabase(options, log)
  secrets.learn(passwordIn(database.url))
  const control = { isHeld: false }
  // One that ran before and whose lock we never got may serve another controller.
  undo.defer(async () => {
    if (!options.keepDatabase && (control.isHeld || !database.adopted)) await database.stop()
  })
  const { store, identify } = await openLedger({ url: database.url, stateDir })
  undo.defer(() => store.close())
  const instance = nameInstance()
  const lock = await takeControl(database.url, {
    ...{ instance, standby: options.standby },
    onLost: (reason) => {
      control.isHeld = false
      lost(reason)
    },
  })
  control.isHeld = true
  undo.defer(() => lock.release())
  const { fence } = lock
  const { id, ledger, evidenceKey } = await identify()
  undo.defer(() => lastCheckpoint(store, log))
  await store.append({
    type: 'controller.started',
    actor: 'towpath',
    idem: `controller/${fence}`,
    data: { instance, fence, version: serverVersion },
  })
  await ensureFirstAdmin(store, { stateDir, renew: options.renewAdminToken, log })
  const { ports, close } = await wirePorts(
    {
      stateDir,
      sshConfig: options.sshConfig,
      trustedRoot: options.trustedRoot,
      installation: id,
      log,
      onNewerController: lost,
    },
    secrets,
  )
  undo.defer(close)
  const installation: Installation = wireInstallation({
    ...options,
    ...{ id, store, evidenceKey, ports, fence },
  })
  return { installation, ledger, holdsLock: () => control.isHeld }
}

function passwordIn(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { password } = new URL(url)
  return password === '' ? [] : [password, decodeURIComponent(password)]
}

async function lastCheckpoint(store: Store, log: Log): Promise<void> {
  try {
    await store.checkpoint()
  } catch (thrown) {
    log.warn({ error: messageOf(thrown) }, 'last checkpoint failed')
  }
}

async function comeToRest(rest: Promise<void>, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), restWithinMs)
  })
  const ended = await Promise.race([rest.catch(() => {}), late])
  clearTimeout(timer)
  if (ended === 'late')
    log.warn({ waitedMs: restWithinMs }, 'something still runs; the ledger knows how far it came')
}
