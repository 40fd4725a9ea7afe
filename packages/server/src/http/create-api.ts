import { OpenAPIHono } from '@hono/zod-openapi'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Api, ApiEnv, Served } from './api-env.ts'
import { authenticate } from './authenticate.ts'
import { jsonOnly, limitBody } from './body-rules.ts'
import { describeApi } from './describe-api.ts'
import { endpoints } from './endpoints.ts'
import { refuseInvalid } from './invalid-request.ts'
import { loopbackOnly } from './loopback-only.ts'
import { isUnexpected, problemOf } from './problem.ts'
import { nameRequest } from './request-id.ts'

/** Routes and nothing else: enough to describe the API. */
export function routesOnly(): Api {
  const api = emptyApi()
  for (const endpoint of endpoints) endpoint(api)
  return api
}

/** The whole HTTP API over an installation. Who asks is known before a body is read. */
export function createApi(served: Served): Api {
  const api = emptyApi()
  api.use(nameRequest(served))
  api.use(loopbackOnly)
  api.use('/v1/*', authenticate)
  api.use('/v1/*', jsonOnly)
  api.use('/v1/*', limitBody)
  for (const endpoint of endpoints) endpoint(api)
  const description = describeApi(api)
  api.get('/openapi.json', (c) => c.json(description))
  return api
}

function emptyApi(): Api {
  const api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })
  api.notFound((c) => {
    throw routeNotFound(c.req.method, c.req.path)
  })
  api.onError((thrown, c) => {
    const problem = problemOf(thrown, c.var.request)
    if (isUnexpected(thrown))
      c.var.served.installation.log.error({ request: c.var.request, error: thrown.stack }, 'request failed')
    const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    if (problem.status === 401) headers.set('www-authenticate', 'Bearer')
    if (problem.status === 503) headers.set('retry-after', '1')
    return new Response(JSON.stringify(problem), { status: problem.status, headers })
  })
  return api
}

const routeNotFound = (method: string, path: string): TowpathError =>
  new TowpathError({
    code: 'ROUTE_NOT_FOUND',
    kind: 'not-found',
    message: `There is no ${method} ${path} here.`,
    hint: 'GET /openapi.json lists what there is. Nothing was changed.',
  })
