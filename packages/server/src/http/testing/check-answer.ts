import { ZodType } from 'zod'
import type { Api } from '../api-env.ts'
import { problemShape } from '../problem.ts'

/** Throws where an answer is not what its route declares: the framework never looks at what it sends. */
export async function checkAnswer(api: Api, request: string, answer: Response): Promise<void> {
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  if (type === 'application/problem+json') {
    problemShape.parse(await answer.clone().json())
    return
  }
  if (type !== 'application/json') return
  const schema = schemaOf(api, request, answer.status)
  if (schema === null)
    throw new Error(`${request} answered ${answer.status}, which its route does not declare`)
  schema.parse(await answer.clone().json())
}

function schemaOf(api: Api, request: string, status: number): ZodType | null {
  const declared = routeOf(api, request)?.responses[status]
  const media =
    declared !== undefined && 'content' in declared ? declared.content?.['application/json'] : undefined
  return media !== undefined && 'schema' in media && media.schema instanceof ZodType ? media.schema : null
}

function routeOf(api: Api, request: string) {
  const [method = '', target = ''] = request.split(' ')
  const path = target.split('?')[0] ?? ''
  return api.openAPIRegistry.definitions
    .flatMap((definition) => (definition.type === 'route' ? [definition.route] : []))
    .find((route) => route.method === method.toLowerCase() && patternOf(route.path).test(path))
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
