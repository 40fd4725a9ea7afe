import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.ts'

/** Names of this machine to itself, as an address to listen on and as a host in a request. */
const loopbackNames = new Set(['localhost', '127.0.0.1', '::1', '[::1]'])

export const isLoopback = (host: string): boolean => loopbackNames.has(host.toLowerCase())

/** Refuses requests for another host name: a web page whose name was pointed at 127.0.0.1 sends its own name here. */
export const loopbackOnly: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { hostname } = new URL(c.req.url)
  if (!isLoopback(hostname))
    throw new TowpathError({
      code: 'HOST_NOT_LOOPBACK',
      kind: 'forbidden',
      message: 'This server answers only requests addressed to localhost.',
      hint: 'Use http://127.0.0.1 with its port, through an SSH tunnel from elsewhere. Nothing was changed.',
    })
  await next()
}
