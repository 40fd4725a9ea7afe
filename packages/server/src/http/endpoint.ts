import { createRoute, z } from '@hono/zod-openapi'
import type { RouteConfig } from '@hono/zod-openapi'
import { problemShape } from './problem.ts'

const problemAnswer = {
  description: 'What went wrong, as RFC 9457 has it',
  content: { 'application/problem+json': { schema: problemShape } },
}

/**
 * A route of the API. Takes a token unless it says `security: []`, and may always answer with a problem; the latter is
 * left out of the type, because problems are thrown, never returned.
 */
export const endpoint = <R extends Omit<RouteConfig, 'path'> & { path: `/${string}` }>(config: R) =>
  createRoute({
    security: [{ token: [] }],
    ...config,
    responses: { ...config.responses, default: problemAnswer },
  }) as unknown as ReturnType<typeof createRoute<R['path'], R>>

/** An answer with a JSON body. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** JSON objects, one a line. Typed as any text: the type of a route takes every name that ends in json for JSON. */
export const ndjson: string = 'application/x-ndjson'

/** A JSON body that has to be there. */
export const jsonBody = <S extends z.ZodType>(schema: S) => ({
  required: true,
  content: { 'application/json': { schema } },
})

/** A named shape or null. Its own `nullable()` would make the named component nullable for everybody. */
export const orNull = <S extends z.ZodType>(shape: S) => z.union([shape, z.null()])

/** A page of a listing. `next` is the cursor of the page after it; null on the last. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable() })

/** A whole number in a query or header; an empty one is none. */
export const numberText = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^[0-9]{1,16}$/, 'is no whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .openapi({ type: 'integer', minimum, maximum })

export const pageQuery = z.object({
  cursor: z.string().max(300).optional(),
  limit: numberText(1, 200).default(50),
})

const param = (name: string) => ({ param: { name, in: 'path' as const } })

/** A release's version is also the tag its builds are looked for by, so it is written as tags are. */
export const versionShape = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/)
export const environmentShape = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)
/** Also one host of an environment that has several. */
export const placeShape = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}(?:@[a-z][a-z0-9-]{0,39})?$/)
  .openapi({
    description: 'An environment, or one of its hosts where it has several.',
    example: 'production@web-1',
  })
export const deploymentIdShape = z
  .string()
  .regex(
    /^dep_[a-z0-9]{8,40}$/,
    'a deployment is named by its id, such as dep_2f8kq1zz; towpath status -e ENVIRONMENT lists the newest',
  )
export const principalNameShape = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/)
export const reasonShape = z.string().max(2_000)
export const timeShape = z.iso.datetime()

export const versionParam = z.object({ version: versionShape.openapi(param('version')) })
export const environmentParam = z.object({ environment: environmentShape.openapi(param('environment')) })
export const placeParam = z.object({ environment: placeShape.openapi(param('environment')) })
export const deploymentParam = z.object({ id: deploymentIdShape.openapi(param('id')) })

export const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .optional()
    .openapi({ description: 'Asking twice under one key is asking once.' }),
})
