import { readFile } from 'node:fs/promises'
import { gates } from '@towpath/domain/gate/gates.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientTypesPath, descriptionPath, generateApi } from './openapi.ts'

interface Operation {
  operationId: string
  summary: string
  security?: object[]
  responses: Record<string, object>
}
interface Description {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { type?: unknown; enum?: unknown; pattern?: string }> }
}

let made: { description: string; clientTypes: string }
let description: Description
beforeAll(async () => {
  made = await generateApi()
  description = JSON.parse(made.description) as Description
})
const operations = (): Operation[] => Object.values(description.paths).flatMap((path) => Object.values(path))

describe('the description of the API', () => {
  it('is committed as the routes say it; npm run generate:api writes it', async () => {
    expect(JSON.parse(await readFile(descriptionPath, 'utf8'))).toEqual(description)
  })

  it('is what the types of the client are made from', async () => {
    expect(await readFile(clientTypesPath, 'utf8')).toBe(made.clientTypes)
  })

  it('lists every gate there is, in the order of the checklist', () => {
    expect(description.components.schemas['GateName']?.enum).toEqual([
      ...gates.map(({ name }) => name),
      'known-build',
    ])
  })

  it('names each operation once and says what it does', () => {
    const ids = operations().map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { summary } of operations()) expect(summary).toMatch(/^\S.*[^.]$/)
  })

  it('tells of problems on every operation, and of a token on every one but health', () => {
    for (const { responses, security, operationId } of operations()) {
      expect(responses).toHaveProperty('default')
      expect([operationId, (security ?? []).length]).toEqual([
        operationId,
        operationId === 'showHealth' ? 0 : 1,
      ])
    }
  })

  it('makes no named shape nullable for everybody', () => {
    for (const [name, schema] of Object.entries(description.components.schemas))
      expect([name, JSON.stringify(schema.type ?? '')]).not.toEqual([name, expect.stringContaining('null')])
  })

  it('never names the hash of a token', () => {
    expect(made.description).not.toContain('tokenHash')
  })
})
