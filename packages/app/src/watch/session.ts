import { observedView } from '@towpath/domain/ledger/views.ts'
import type { TrafficCount } from '@towpath/domain/signal/traffic.ts'
import type { Judging } from '@towpath/domain/watch/judge-observed.ts'
import type { Noticing } from '@towpath/domain/watch/notice-change.ts'
import type { ObservedDeployment } from '@towpath/domain/watch/observed-deployment.ts'
import { isSamePicture } from '@towpath/domain/watch/picture.ts'
import type { WatchState } from '@towpath/domain/watch/watch-state.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import type { Hearing } from './look-round.ts'
import { openWatchedHost } from './watched-host.ts'
import type { WatchedHost } from './watched-host.ts'

/** What the watch of one environment has in memory between two looks; all of it can be had again. */
export interface Session {
  environment: string
  host: WatchedHost
  watch: WatchState
  noticing: Noticing
  /** The observed deployment whose judgement is under way. */
  judged: JudgedNow | null
  /** Requests of our own while nothing changed, by service. */
  rest: Record<string, TrafficCount>
  hearing: Hearing
  /** When the host was last seen; null until it was. */
  lastSeenAt: string | null
}

export interface JudgedNow {
  deployment: ObservedDeployment
  startedMs: number
  judging: Judging | null
  restartsBefore: Record<string, number>
  /** What the services answered before this deployment. */
  before: Record<string, TrafficCount>
  turn: number
}

/** Brings the session up to the ledger: the one before goes on where the same watch goes on. */
export async function openSession(
  installation: Installation,
  { environment, watch, session }: { environment: string; watch: WatchState; session: Session | null },
): Promise<Session> {
  const goesOn = session !== null && session.watch.at === watch.at
  const opened: Session = goesOn
    ? { ...session, watch }
    : {
        environment,
        host: await openWatchedHost(installation, watch),
        watch,
        noticing: { recorded: watch.picture, forming: null },
        judged: null,
        rest: {},
        hearing: { isHeard: false },
        lastSeenAt: null,
      }
  if (!isSamePicture(opened.noticing.recorded, watch.picture))
    opened.noticing = { recorded: watch.picture, forming: null }
  if (opened.judged?.deployment.id !== watch.judging) opened.judged = await judgedNow(opened)
  return opened
}

async function judgedNow({ host, watch, rest }: Session): Promise<JudgedNow | null> {
  const { store, elapsedMs } = host.installation
  const deployment = watch.judging === null ? undefined : await stateOf(store, observedView, watch.judging)
  if (deployment === undefined) return null
  return {
    deployment,
    ...{ startedMs: elapsedMs(), judging: null, restartsBefore: {}, turn: 0 },
    before: { ...rest },
  }
}
