import { expect, it } from 'vitest'
import { ENVIRONMENT_LABEL, INSTALLATION_LABEL } from '../labels.ts'
import { withCode, type Bench } from './bench.ts'

export function strangerPromises(bench: () => Bench): void {
  it('a stranger by a name we want is told apart and never touched', async () => {
    const { under, spec, name } = bench()
    await under.addForeign(name('stranger'), [])
    const before = await under.engine.inspect(name('stranger'))
    const wanted = spec('stranger', { runs: true })
    await expect(under.engine.ensureRunning(wanted)).rejects.toThrow(withCode('NAME_TAKEN'))
    await expect(under.engine.stop(wanted.name, 0)).rejects.toThrow(withCode('NAME_TAKEN'))
    await expect(under.engine.remove(wanted.name)).rejects.toThrow(withCode('NAME_TAKEN'))
    expect(await under.engine.inspect(name('stranger'))).toEqual(before)
  })

  it('a container of another installation is a stranger too', async () => {
    const { under, spec } = bench()
    const wanted = spec('neighbour', { runs: true })
    await under.engine.ensureRunning(wanted)
    const theirs = { ...wanted, labels: { ...wanted.labels, [INSTALLATION_LABEL]: 'another' } }
    await expect(under.engine.ensureRunning(theirs)).rejects.toThrow(withCode('NAME_TAKEN'))
  })

  it('two environments that want one name on one engine are told so, and neither gets the other’s container', async () => {
    const { under, spec } = bench()
    const production = spec('proxy', { runs: true })
    await under.engine.ensureRunning({
      ...production,
      labels: { ...production.labels, [ENVIRONMENT_LABEL]: 'production' },
    })
    const staging = { ...production, labels: { ...production.labels, [ENVIRONMENT_LABEL]: 'staging' } }
    await expect(under.engine.ensureRunning(staging)).rejects.toThrow(withCode('NAME_TAKEN'))
  })

  it('nothing is created that could not be told as ours later', async () => {
    const { under, spec } = bench()
    const wanted = { ...spec('unlabelled', { runs: true }), labels: {} }
    await expect(under.engine.ensureRunning(wanted)).rejects.toThrow(withCode('CONTAINER_UNLABELLED'))
    expect(await under.engine.inspect(wanted.name)).toBeNull()
  })

  it('a stranger on a network is seen with its names, and taken off when asked', async () => {
    const { under, network, name } = bench()
    const net = await under.engine.ensureNetwork(network('drift'))
    await under.addForeign(name('drifter'), [{ network: net.name, aliases: ['rust-app'] }])
    const [member] = (await under.engine.networkState(net.name))?.members ?? []
    expect(member).toMatchObject({ container: name('drifter'), ours: false })
    expect(member?.aliases).toEqual(expect.arrayContaining([name('drifter'), 'rust-app']))
    await under.engine.detach(name('drifter'), net.name)
    await under.engine.detach(name('drifter'), net.name)
    expect((await under.engine.networkState(net.name))?.members).toEqual([])
  })
}
