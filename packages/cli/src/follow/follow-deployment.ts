import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import { followEvents } from '../connection/event-stream.ts'
import type { Context } from '../terminal/context.ts'
import { deploymentDisplay } from './display.ts'
import type { Display } from './display.ts'
import { watch } from './watched-deployment.ts'
import type { Watched } from './watched-deployment.ts'

export type Ended = Watched & { deployment: Deployment & { finished: NonNullable<Deployment['finished']> } }

/** How watching ended: with the deployment, or with Ctrl-C while the work goes on. */
export type Followed = { how: 'finished'; watched: Ended } | { how: 'detached' }

const askWhyMs = 3_000
const lookAgainMs = 200

/**
 * Shows a deployment until it is finished or the person leaves. Outlives cut connections and restarts of the server;
 * throws SERVER_UNREACHABLE when it stays away.
 */
export async function followDeployment(context: Context, id: string): Promise<Followed> {
  const leaving = new AbortController()
  const ended = new AbortController()
  const stopListening = context.shell.onInterrupt(() => leaving.abort())
  const display = deploymentDisplay(context)
  const follower = new Follower(context, id, display)
  try {
    const asking = follower.askWhatItWaitsFor(AbortSignal.any([leaving.signal, ended.signal]))
    const watched = await follower.untilFinished(leaving.signal)
    ended.abort()
    await asking
    return watched === null ? { how: 'detached' } : { how: 'finished', watched }
  } finally {
    ended.abort()
    stopListening()
    display.close()
  }
}

class Follower {
  readonly #context: Context
  readonly #id: string
  readonly #display: Display
  #watched: Watched | null = null
  #last: Connection | null = null

  constructor(context: Context, id: string, display: Display) {
    this.#context = context
    this.#id = id
    this.#display = display
  }

  /** The finished deployment, or null where the person left before. */
  async untilFinished(signal: AbortSignal): Promise<Ended | null> {
    const news = followEvents({
      connect: () => this.#connect(),
      deployment: this.#id,
      after: 0,
      signal,
    })
    for await (const one of news) {
      if (one.news !== 'event') {
        this.#connection(one.news === 'found')
        continue
      }
      this.#watched = watch(this.#watched, one.event)
      this.#display.event(one.event, this.#watched)
      const ended = endOf(this.#watched)
      if (ended !== null) return ended
    }
    return null
  }

  /** Approvals and other deployments are no events of this one: while it waits, the server is asked what for. */
  async askWhatItWaitsFor(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#isWaiting()) await this.#askOnce()
      await pause(this.#isWaiting() ? askWhyMs : lookAgainMs, signal)
    }
  }

  /** A server that is just restarting has taken its address away: then the last one is asked. */
  async #connect(): Promise<Connection> {
    try {
      this.#last = await connect(this.#context)
    } catch (thrown) {
      if (this.#last === null) throw thrown
    }
    return this.#last
  }

  async #askOnce(): Promise<void> {
    try {
      const { api } = await this.#connect()
      const { waitsFor } = await answerOf(
        api.GET('/v1/deployments/{id}', { params: { path: { id: this.#id } } }),
      )
      if (!this.#isWaiting() || this.#watched === null || this.#watched.waitsFor === waitsFor) return
      this.#watched = { ...this.#watched, waitsFor }
      this.#display.waiting(this.#watched)
    } catch {
      // The stream notices a server that is away, and a refusal reaches it too.
    }
  }

  #isWaiting(): boolean {
    const deployment = this.#watched?.deployment
    return deployment !== undefined && deployment.start === null && deployment.finished === null
  }

  #connection(connected: boolean): void {
    if (this.#watched !== null) this.#watched = { ...this.#watched, connected }
    this.#display.connection(connected, this.#watched)
  }
}

function endOf(watched: Watched): Ended | null {
  const { finished } = watched.deployment
  return finished === null ? null : { ...watched, deployment: { ...watched.deployment, finished } }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
