import type { LedgerEvent } from '../ledger/event.ts'
import type { FindingCause, LiveFinding } from './live-finding.ts'

/** One event of a finding's story. */
export interface FindingStoryLine {
  seq: number
  at: string
  environment: string
  release: string
  type: LedgerEvent['type']
  /** Why it changed; null for what only tells people. */
  cause: FindingCause | null
  says: string
}

/** What the ledger has of an advisory, by its id or an alias, in the order of the events given. */
export function findingStory(events: readonly LedgerEvent[], id: string): FindingStoryLine[] {
  return events.flatMap((event) => {
    const told = toldBy(event, id)
    if (told === null) return []
    const { seq, at, environment = '', release = '', type } = event
    return [{ seq, at, environment, release, type, ...told }]
  })
}

function toldBy(event: LedgerEvent, id: string): Pick<FindingStoryLine, 'cause' | 'says'> | null {
  switch (event.type) {
    case 'findings.changed': {
      const { cause, appeared, rescored, resolved } = event.data
      const parts = [
        ...appeared.filter((one) => isOf(one, id)).map((one) => `appeared: ${wordsOf(one)}`),
        ...rescored.filter((one) => isOf(one, id)).map((one) => `is weighed otherwise: ${wordsOf(one)}`),
        ...resolved.flatMap((key) => goneWords(key, id)),
      ]
      const says = [...new Set(parts)].join('; ')
      return says === '' ? null : { cause, says: `${says}, by ${cause}` }
    }
    case 'alert.fired':
      return event.data.findings.some((one) => one.id === id)
        ? { cause: null, says: 'counts against what is live, and did not before' }
        : null
    case 'incident.detected':
      return event.data.finding.id === id
        ? { cause: null, says: `${event.data.incident}: ${event.data.why}` }
        : null
    case 'incident.resolved':
      return event.data.why.includes(`${id} in `) ? { cause: null, says: event.data.why } : null
    default:
      return null
  }
}

const isOf = ({ id, aliases }: LiveFinding, asked: string): boolean => id === asked || aliases.includes(asked)

const wordsOf = ({ package: name, version, severity, weight, waiver }: LiveFinding): string =>
  `${name} ${version}, ${severity}, ${weight}${waiver === null ? '' : ` (${waiver.owner}: ${waiver.reason})`}`

/** A key is what `flawKey` made: place, services, id, package, version and file. */
function goneWords(key: string, id: string): string[] {
  const [, , own, name = '', version = ''] = key.split('\n')
  return own === id ? [`resolved: ${name} ${version}`] : []
}
