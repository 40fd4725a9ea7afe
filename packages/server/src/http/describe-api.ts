import type { Api } from './api-env.ts'

/** The API's version; `/v1` in every path is its first number. */
export const apiVersion = '1.0.0'

/** The OpenAPI 3.1 description, made from the routes alone. */
export function describeApi(api: Api): ReturnType<Api['getOpenAPI31Document']> {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Towpath',
      version: apiVersion,
      description: 'Takes a commit to verified production, and back. Times are RFC 3339 in UTC.',
      license: { name: 'Apache-2.0' },
    },
  })
  return {
    ...document,
    components: {
      ...document.components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of a principal: twp_...' },
      },
    },
  }
}
