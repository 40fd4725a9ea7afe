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
  if (schema === null) throw new Error(`${request} answered ${answer.status}, which its route does not declare`)
  schema.parse(await answer.clone().json())
}

function schemaOf(api: Api, request: string, status: number): ZodType | null {
  const [method = '', target = ''] = request.split(' ')
  const path = target.split('?')[0] ?? ''
  for (const definition of api.openAPIRegistry.definitions) {
    if (definition.type !== 'route' || definition.route.method !== method.toLowerCase()) continue
    if (!patternOf(definition.route.path).test(path)) continue
    const declared = definition.route.responses[status]
    if (declared === undefined || !('content' in declared)) return null
    const media = declared.content?.['application/json']
    return media !== undefined && 'schema' in media && media.schema instanceof ZodType ? media.schema : null
  }
  return null
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
