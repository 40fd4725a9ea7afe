import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Installation } from '@towpath/app/installation.ts'
import type { Caller } from '@towpath/app/principal/caller.ts'
import type { LedgerHead } from '@towpath/domain/ledger/event.ts'
import type { SignedHead } from '@towpath/store/ledger/signed-head.ts'
import type { Places } from './places.ts'

/** What the API serves from. Endpoints find it in their context, so the document can be made without it. */
export interface Served {
  installation: Installation
  /** The ledger's key: its public half, and the only use of its private one. */
  ledger: { publicKeyPem: string; signHead(head: LedgerHead & { at: string }): SignedHead }
  /** False from the moment the controller lock cannot be relied on. */
  holdsLock(): boolean
  /** Seats for requests that stay open. */
  places: Places
  /** Aborts when the server stops: every open answer ends then. */
  closing: AbortSignal
}

export interface ApiEnv {
  Variables: {
    served: Served
    /** Set for everything under /v1. */
    caller: Caller
    /** The `x-request-id`, also in the ledger. */
    request: string
  }
}

export type Api = OpenAPIHono<ApiEnv>

/** One endpoint: adds its route and its handler to the API. */
export type Endpoint = (api: Api) => void
