import { fakeEngine } from '@towpath/adapters/container-engine/fake.ts'
import {
  accessoryContainer,
  accessoryServices,
  ensureAccessories,
  fallenAccessories,
  reviveAccessories,
} from '@towpath/app/perform/accessories.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { describe, expect, it } from 'vitest'

const accessory = (service: string, exits?: number): ContainerSpec => ({
  name: `shop-production-${service}-1`,
  image: 'nginx:1.28',
  labels: {
    'towpath.installation': 'inst_1',
    'towpath.role': 'accessory',
    'towpath.service': service,
    ...(exits === undefined ? {} : { exits: String(exits) }),
  },
  ...{ command: null, entrypoint: null, environment: {}, mounts: [], networks: [], ports: [] },
  ...{ restart: { name: 'no' }, healthcheck: null, settings: {} },
})

/** A host on which these accessories were started once; a label says of each how it ends. */
async function hostWith(...after: ContainerSpec[]) {
  const { engine, host } = fakeEngine({
    behaviour: ({ labels }) => (labels['exits'] === undefined ? {} : { exits: Number(labels['exits']) }),
  })
  host.images.add('nginx:1.28')
  const place = { engine, deployment: { plan: { accessoriesBefore: [], accessoriesAfter: after } } }
  await ensureAccessories(place, after)
  return { place, host }
}

describe('accessories', () => {
  it('that do not stay up are told, and those that did their work are not', async () => {
    const { place } = await hostWith(accessory('nginx', 1), accessory('bucket', 0), accessory('redis'))
    expect(await fallenAccessories(place, { fresh: false })).toEqual(['nginx'])
  })

  it('that run, but were started more than once since they were made, do not stay up', async () => {
    const { place, host } = await hostWith({ ...accessory('nginx'), restart: { name: 'always' } })
    host.exit('shop-production-nginx-1', { code: 1 })
    host.start(host.found('shop-production-nginx-1'))
    expect(await fallenAccessories(place, { fresh: true })).toEqual(['nginx'])
    expect(await fallenAccessories(place, { fresh: false })).toEqual([])
  })

  it('that are gone or ended badly are started again when a person asks, and no others', async () => {
    const { place, host } = await hostWith(accessory('nginx'), accessory('bucket', 0), accessory('redis'))
    expect(await reviveAccessories(place, false)).toEqual([])
    host.exit('shop-production-nginx-1', { code: 127 })
    await place.engine.stop('shop-production-redis-1', 0)
    await place.engine.remove('shop-production-redis-1')
    const sentences = ['accessory nginx started: it had stopped', 'accessory redis started: it was gone']
    expect(await reviveAccessories(place, true)).toEqual(sentences)
    expect(await fallenAccessories(place, { fresh: false })).toEqual(['nginx'])
    expect(await reviveAccessories(place, false)).toEqual(sentences)
    expect(await fallenAccessories(place, { fresh: false })).toEqual([])
    expect((await place.engine.inspect('shop-production-redis-1'))?.status).toBe('running')
    expect((await place.engine.inspect('shop-production-bucket-1'))?.status).toBe('exited')
  })

  it('have a container whose log can be read, by their key in the compose file', async () => {
    const { place } = await hostWith(accessory('nginx', 1))
    expect(await accessoryContainer(place, 'nginx')).toBe('shop-production-nginx-1')
    expect(await accessoryContainer(place, 'other')).toBeNull()
    expect(accessoryServices(place)).toEqual(['nginx'])
  })
})
