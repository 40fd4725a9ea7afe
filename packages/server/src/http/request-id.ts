import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv, Served } from './api-env.ts'

const sane = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/

/** Gives every request a name: the caller's own where it is sane. It is on the answer, in the log and in the ledger. */
export const nameRequest =
  (served: Served): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const given = c.req.header('x-request-id') ?? ''
    const request = sane.test(given) ? given : `req_${randomUUID()}`
    c.set('request', request)
    c.set('served', served)
    const startedMs = served.installation.elapsedMs()
    await next()
    c.res.headers.set('x-request-id', request)
    if (c.req.method === 'GET' && c.res.status < 500) return
    const tookMs = Math.round(served.installation.elapsedMs() - startedMs)
    const { method, path } = c.req
    served.installation.log.info({ request, method, path, status: c.res.status, tookMs }, 'request answered')
  }
