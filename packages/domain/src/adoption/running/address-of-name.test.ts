import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addressOfName } from './address-of-name.ts'

const container = (name: string, aliases: string[], address: string) => ({
  ...{ name, status: 'running' as const },
  networks: { shop_default: { aliases, address } },
})
const database = container('shop_postgres_1', ['postgres', 'a1b2c3d4e5f6'], '172.18.0.3')
const api = container('shop_api_1', ['api'], '172.18.0.4')

it('knows a container by its service and by its own name', () => {
  expect(addressOfName([api, database], 'postgres')).toBe('172.18.0.3')
  expect(addressOfName([api, database], 'shop_postgres_1')).toBe('172.18.0.3')
})

it('takes one address of a container on several networks, and none of one that has none', () => {
  const { networks } = database
  const first = { back: { aliases: ['db'], address: '' }, ...networks }
  expect(addressOfName([{ ...database, networks: first }], 'postgres')).toBe('172.18.0.3')
  expect(addressOfName([container('shop_postgres_1', ['postgres'], '')], 'postgres')).toBeNull()
})

it('guesses neither between two of a name nor where none that runs has it', () => {
  expect(addressOfName([database, { ...database, name: 'shop_postgres_2' }], 'postgres')).toBeNull()
  expect(addressOfName([{ ...database, status: 'exited' }], 'postgres')).toBeNull()
  fc.assert(
    fc.property(fc.string(), (name) => {
      fc.pre(!['postgres', 'a1b2c3d4e5f6', 'shop_postgres_1', 'api', 'shop_api_1'].includes(name))
      expect(addressOfName([api, database], name)).toBeNull()
    }),
  )
})
