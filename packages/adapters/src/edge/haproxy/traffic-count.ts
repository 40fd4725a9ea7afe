import { latencyBucket, type SlotTraffic } from '@towpath/domain/signal/traffic.ts'
import { NO_RELEASE } from './names.ts'

/** One line of the edge's log, as far as it counts. Times in ms; -1 where that stage was not reached. */
interface LogLine {
  timeMs: number
  totalMs: number
  entry: string
  service: string
  slot: string
  release: string
  status: number
  answerMs: number
  /** Who ended the request and when, in HAProxy's two letters; `--` for one that ended well. */
  termination: string
}

const SWITCHING_PROTOCOLS = 101
/** Releases in slots that are counted at once; whichever was asked longest ago is forgotten first. */
const PLACES_MAX = 64

/** Counts public requests by service, slot and release, from lines of the edge's log. */
export class TrafficCounter {
  readonly #places = new Map<string, SlotTraffic>()
  readonly #sinceMs: number
  /** Lines that are none of ours: counted, and otherwise passed over. */
  malformed = 0

  /** What ended before `sinceMs` does not count: the edge may tell of it late. */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs
  }

  count(text: string): void {
    const line = parseLine(text)
    if (line === null) {
      this.malformed += 1
      return
    }
    if (line.entry !== 'public' || line.release === NO_RELEASE) return
    if (line.timeMs + Math.max(0, line.totalMs) < this.#sinceMs) return
    const place = this.#placeOf(line)
    place.requests += 1
    if (isError(line)) place.errors += 1
    if (line.answerMs < 0 || line.status === SWITCHING_PROTOCOLS) return
    const bucket = latencyBucket(line.answerMs)
    place.latency[bucket] = (place.latency[bucket] ?? 0) + 1
  }

  traffic(): SlotTraffic[] {
    return structuredClone([...this.#places.values()])
  }

  #placeOf({ service, slot, release }: LogLine): SlotTraffic {
    const key = `${service}/${slot}/${release}`
    const place = this.#places.get(key) ?? { service, slot, release, requests: 0, errors: 0, latency: {} }
    this.#places.delete(key)
    this.#places.set(key, place)
    const [longestAgo] = this.#places.keys()
    if (this.#places.size > PLACES_MAX && longestAgo !== undefined) this.#places.delete(longestAgo)
    return place
  }
}

/**
 * A status from 500 on, whoever made it; or an answer that the service began and broke off, or never began although the
 * client still waited. HAProxy's first letter tells who broke: `S` and `s` the service, `C` and `c` the client, `P`, `R`
 * and `I` the edge itself.
 */
const isError = ({ status, termination, answerMs }: LogLine): boolean => {
  if (status >= 500) return true
  const who = termination[0] ?? '-'
  return who === 'S' || who === 's' || ('PRI'.includes(who) && answerMs < 0 && status < 0)
}

function parseLine(text: string): LogLine | null {
  try {
    const line = JSON.parse(text) as Partial<Record<keyof LogLine, unknown>> | null
    return isLogLine(line) ? line : null
  } catch {
    return null
  }
}

const isLogLine = (line: Partial<Record<keyof LogLine, unknown>> | null): line is LogLine =>
  typeof line === 'object' &&
  line !== null &&
  numbers.every((field) => typeof line[field] === 'number') &&
  texts.every((field) => typeof line[field] === 'string')

const numbers = ['timeMs', 'totalMs', 'status', 'answerMs'] as const
const texts = ['entry', 'service', 'slot', 'release', 'termination'] as const
