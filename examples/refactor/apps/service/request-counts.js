import { writeSync } from 'node:fs'

/**
 * Counts what this instance answered, and says so as one JSON line: at exit, and whenever traffic has paused, so that
 * an instance that is killed outright has left its last word. Probes (`/health`, `/stats`) and streams are counted
 * apart: a stream is neither an answer nor a request in flight.
 */
export class RequestCounts {
  #facts
  #streams
  #answered = {}
  #saidAt = -1
  #seenAt = 0
  #received = 0
  #aborted = 0
  #probes = 0
  #idle = () => {}

  constructor(facts, streams) {
    this.#facts = facts
    this.#streams = streams
    setInterval(() => this.#sayWhenQuiet(), 500).unref()
    process.on('exit', () => this.#say('final'))
  }

  /** Follows one request of the traffic to its end: answered with a status, or aborted before the answer was out. */
  follow(response) {
    this.#received += 1
    let answered = false
    response.once('finish', () => {
      answered = true
      this.#answered[response.statusCode] = (this.#answered[response.statusCode] ?? 0) + 1
    })
    response.once('close', () => {
      if (!answered) this.#aborted += 1
      if (this.read().inFlight === 0) this.#idle()
    })
  }

  /** Resolves when no request of the traffic is in flight. */
  async whenIdle() {
    if (this.read().inFlight > 0) await new Promise((resolve) => (this.#idle = resolve))
  }

  probe() {
    this.#probes += 1
  }

  read() {
    const total = Object.values(this.#answered).reduce((sum, count) => sum + count, 0)
    return {
      ...this.#facts,
      received: this.#received,
      answered: { ...this.#answered },
      aborted: this.#aborted,
      inFlight: this.#received - total - this.#aborted,
      probes: this.#probes,
      streams: this.#streams.read(),
    }
  }

  /** Grows with all that came: while it stands still, nothing comes. */
  #came() {
    return this.#received + this.#streams.read().opened
  }

  #sayWhenQuiet() {
    const came = this.#came()
    const quiet = this.#seenAt === came
    this.#seenAt = came
    if (quiet && this.#saidAt !== came && this.read().inFlight === 0) this.#say('paused')
  }

  #say(when) {
    this.#saidAt = this.#came()
    log('request counts', { when, ...this.read() })
  }
}

/** One JSON line on standard output, written before this returns: the process may end right after. */
export const log = (message, fields = {}) => {
  try {
    writeSync(1, `${JSON.stringify({ at: new Date().toISOString(), message, ...fields })}\n`)
  } catch {
    // A full or closed pipe must not take the service down.
  }
}
