import type { LoadTarget } from './load-spec.ts'

export interface WireRequest {
  url: string
  /** `host:port` of the TCP connection. */
  address: string
  wire: string
}

/** The bytes of a target's request, made once. Throws on a URL that is not `http:`. */
export const wireRequest = (target: LoadTarget): WireRequest => {
  const { protocol, hostname, port, host, pathname, search } = new URL(target.url)
  if (protocol !== 'http:') throw new Error(`the load client speaks http only, not ${target.url}`)
  const head = [`${target.method ?? 'GET'} ${pathname}${search} HTTP/1.1`, `Host: ${target.host ?? host}`]
  const body = Buffer.from(target.body ?? '')
  if (target.method === 'POST') head.push('Content-Type: application/json', `Content-Length: ${body.length}`)
  return {
    url: target.url,
    address: `${hostname}:${port || '80'}`,
    wire: `${head.join('\r\n')}\r\n\r\n${body.toString('latin1')}`,
  }
}

/**
 * Chooses targets in turn so that any stretch of the load holds them in proportion to their weights
 * (smooth weighted round robin), with no chance in it.
 */
export const rotation = <T>(choices: readonly { value: T; weight: number }[]): (() => T) => {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0)
  const credits = choices.map(() => 0)
  return () => {
    let best = 0
    for (const [index, { weight }] of choices.entries()) {
      credits[index] = (credits[index] ?? 0) + weight
      if ((credits[index] ?? 0) > (credits[best] ?? 0)) best = index
    }
    credits[best] = (credits[best] ?? 0) - total
    const chosen = choices[best]
    if (chosen === undefined) throw new Error('a load needs at least one target')
    return chosen.value
  }
}
