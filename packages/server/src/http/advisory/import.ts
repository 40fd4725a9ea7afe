import { z } from '@hono/zod-openapi'
import { importAdvisories } from '@towpath/app/live-findings/import-advisories.ts'
import { requirePermission } from '@towpath/app/principal/caller.ts'
import type { Installation } from '@towpath/app/installation.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv, Endpoint } from '../api-env.ts'
import { endpoint, json, jsonBody } from '../endpoint.ts'
import { advisoriesShape, showAdvisories } from './advisories-shape.ts'

const name = z.string().regex(/^[^\p{Cc}]{1,100}$/u)
const line = z.string().regex(/^[^\p{Cc}]{1,300}$/u)

const areFew = (byName: object): boolean => Object.keys(byName).length <= 1_000

const body = z
  .strictObject({
    source: line,
    newest: z.iso.datetime({ offset: true }).nullable(),
    count: z.int().min(0),
    unread: z.int().min(0),
    partial: z.array(name).max(1_000),
    ecosystems: z.record(name, z.base64()).refine(areFew, 'at most 1000 ecosystems').openapi({
      description: 'By ecosystem: its lines as `towpath advisories` keeps them, in gzip, in base64.',
    }),
    exploited: z.array(line).max(100_000).nullable().openapi({
      description: 'CVE ids that are known to be exploited; null where no list is loaded.',
    }),
    scores: z.record(line, z.number().min(0).max(10)).openapi({ description: 'CVSS scores by vector.' }),
    replace: z.boolean().default(false).openapi({
      description:
        'Takes data that is older or less than what is there. Takes an admin of every environment.',
    }),
  })
  .openapi('ImportAdvisories')

const route = endpoint({
  method: 'post',
  path: '/v1/advisories',
  operationId: 'importAdvisories',
  tags: ['finding'],
  summary: 'Puts advisories in the place of those that the server holds, whole or not at all',
  description: 'Everything that is live or can be gone back to is judged by them at once.',
  request: { body: jsonBody(body) },
  responses: { 201: json(advisoriesShape, 'What the server holds now') },
})

/** A bundle takes memory many times its size while it is read. */
const importing = new WeakSet<Installation>()

/** Before the body is read: whoever may not bring any fills no memory with them, and who may does so one by one. */
const guard: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { served, caller } = c.var
  requirePermission(caller, 'bring-advisories', '*')
  if (importing.has(served.installation)) throw busy()
  importing.add(served.installation)
  try {
    await next()
  } finally {
    importing.delete(served.installation)
  }
}

const busy = (): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_BUSY',
    kind: 'conflict',
    message: 'Somebody else brings advisories at this moment.',
    hint: 'These were not read, and nothing was changed by them. Send them again in a minute: towpath advisories send',
    retryable: true,
  })

export const importAdvisoriesEndpoint: Endpoint = (api) => {
  api.use(route.path, guard)
  api.openapi(route, async (c) => {
    const { ecosystems, ...about } = c.req.valid('json')
    const packed = Object.entries(ecosystems).map(
      ([own, text]) => [own, Buffer.from(text, 'base64')] as const,
    )
    const stored = await importAdvisories(c.var.served.installation, c.var.caller, {
      ...about,
      ecosystems: new Map(packed),
    })
    return c.json(showAdvisories(stored), 201)
  })
}
