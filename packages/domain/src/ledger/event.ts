import type { EventData } from './event-data.ts'

export type EventType = keyof EventData

/** What an event is about; every signal and event carries the labels it has. */
export interface EventLabels {
  environment?: string
  release?: string
  deployment?: string
  service?: string
}

/** An event as its author writes it, before the ledger gives it a place. */
export type NewEvent = {
  [T in EventType]: EventLabels & {
    type: T
    /** Name of the principal who caused it; `towpath` for the controller itself. */
    actor: string
    /** Appending twice under one key is appending once. */
    idem: string
    /** The `x-request-id` of the API call that led to it, where one did. */
    request?: string
    data: EventData[T]
  }
}[EventType]

/** An event in the ledger: `seq` has no gaps and orders everything; `at` is RFC 3339 UTC. */
export type LedgerEvent = NewEvent & { seq: number; at: string }

/** A place in the chain: the hash of event `seq` covers every event before it. Hex SHA-256. */
export interface LedgerHead {
  seq: number
  hash: string
}
