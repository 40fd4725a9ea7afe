import { expect, it } from 'vitest'
import { withCode, type Bench } from './bench.ts'

export function networkPromises(bench: () => Bench): void {
  it('ensures a network once, however often and by however many it is asked', async () => {
    const { under, network } = bench()
    const spec = network('net')
    const states = await Promise.all([1, 2, 3].map(() => under.engine.ensureNetwork(spec)))
    const after = await under.engine.ensureNetwork(spec)
    expect(new Set([...states, after].map(({ subnet }) => subnet)).size).toBe(1)
    expect(after.subnet).toMatch(/^\d+\.\d+\.\d+\.\d+\/\d+$/)
  })

  it('gives a container fixed addresses on several networks, also where the engine chose the addresses', async () => {
    const { under, network, spec } = bench()
    const [front, back] = [
      await under.engine.ensureNetwork(network('front')),
      await under.engine.ensureNetwork(network('back')),
    ]
    const wanted = spec(
      'fixed',
      { runs: true },
      {
        networks: [
          { network: front.name, aliases: ['edge'], offset: 7 },
          { network: back.name, aliases: ['edge'], offset: 9 },
        ],
      },
    )
    const { addresses } = await under.engine.ensureRunning(wanted)
    const base = (subnet: string) => subnet.replace(/\d+\/\d+$/, '')
    expect(addresses).toEqual({
      [front.name]: `${base(front.subnet)}7`,
      [back.name]: `${base(back.subnet)}9`,
    })
    const [member] = (await under.engine.networkState(back.name))?.members ?? []
    expect(member).toMatchObject({ ours: true, address: `${base(back.subnet)}9` })
    expect(member?.aliases).toContain('edge')
  })

  it('says which network is missing before anything starts', async () => {
    const { under, spec, name } = bench()
    const wanted = spec(
      'nowhere',
      { runs: true },
      { networks: [{ network: name('gone'), aliases: [], offset: 5 }] },
    )
    await expect(under.engine.ensureRunning(wanted)).rejects.toThrow(withCode('NETWORK_NOT_FOUND'))
  })
}

export function volumePromises(bench: () => Bench): void {
  it('never creates what the file calls external', async () => {
    const { under, network, name } = bench()
    const spec = network('external', { external: true })
    await expect(under.engine.ensureNetwork(spec)).rejects.toThrow(withCode('NETWORK_NOT_FOUND'))
    expect(await under.engine.networkState(spec.name)).toBeNull()
    const volume = {
      name: name('external'),
      driver: 'local',
      options: {},
      labels: spec.labels,
      external: true,
    }
    await expect(under.engine.ensureVolume(volume)).rejects.toThrow(withCode('VOLUME_NOT_FOUND'))
    await under.engine.ensureVolume({ ...volume, external: false })
    await under.engine.ensureVolume(volume)
  })
}
