import type { ProbeAnswer } from './edge.ts'

/**
 * Asks a container by its address on the host's own networks, from where the host is. Never throws: what went wrong is
 * the answer's `fault`, and `edgeDown` says that nobody could ask.
 */
export interface HttpProbe {
  ask(request: HttpRequest): Promise<HttpAnswer>
}

export interface HttpRequest {
  /** IPv4. */
  address: string
  port: number
  method: 'GET' | 'HEAD'
  path: string
  headers: Record<string, string>
  timeoutMs: number
}

/** `isHeard`: something at that address reacted, if only by refusing; silence may as well be the network's. */
export type HttpAnswer = ProbeAnswer & { isHeard: boolean }
