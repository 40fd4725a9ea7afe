/** `node packages/server/src/openapi.ts`: writes the API's description and the types of the client made from it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import openapiTypes, { astToString } from 'openapi-typescript'
import type { OpenAPI3 } from 'openapi-typescript'
import { routesOnly } from './http/create-api.ts'
import { describeApi } from './http/describe-api.ts'

export const descriptionPath = join(import.meta.dirname, '../openapi.json')
export const clientTypesPath = join(import.meta.dirname, '../../cli/src/client/schema.d.ts')

const banner =
  '/* Made from packages/server/openapi.json by `npm run generate:api`; never edited by hand. */\n'

/** Both texts as they have to be committed. */
export async function generateApi(): Promise<{ description: string; clientTypes: string }> {
  const document = describeApi(routesOnly())
  const nodes = await openapiTypes(structuredClone(document) as OpenAPI3, { alphabetize: false })
  return {
    description: `${JSON.stringify(document, null, 2)}\n`,
    clientTypes: `${banner}${astToString(nodes)}`,
  }
}

if (import.meta.main) {
  const { description, clientTypes } = await generateApi()
  await writeFile(descriptionPath, description)
  await writeFile(clientTypesPath, clientTypes)
}
