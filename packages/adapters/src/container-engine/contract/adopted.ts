import type { AdoptedContainer } from '@towpath/domain/deployment/container.ts'
import { expect, it } from 'vitest'
import { withCode, type Bench } from './bench.ts'

/** One that nobody made through us, on a network of its own, as it is found. */
async function stranger({ under, network, name }: Bench, suffix: string) {
  const home = await under.engine.ensureNetwork(network(`${suffix}-home`))
  const label = `contract.adopted=${name(suffix)}`
  await under.addForeign(name(suffix), [{ network: home.name, aliases: ['api'] }], {
    labels: { 'contract.adopted': name(suffix) },
    environment: { GREETING: 'a=b' },
    restart: { name: 'always' },
  })
  const [found] = await under.engine.find([label])
  if (found === undefined) throw new Error('it was not found by its label')
  const { id, restart } = found
  const adopted: AdoptedContainer = { id, restart, name: name(suffix) }
  const again = async () => (await under.engine.find([label]))[0]
  return { home, found, adopted, again }
}

/** Containers that somebody else made, taken over as they stand. */
export function adoptedPromises(bench: () => Bench): void {
  it('are found by label, with what they were made of', async () => {
    const { under, name } = bench()
    const { home, found } = await stranger(bench(), 'found')
    expect(found).toMatchObject({ name: name('found'), status: 'running', restart: { name: 'always' } })
    expect(found.environment['GREETING']).toBe('a=b')
    expect(found.imageEnvironment['GREETING']).toBeUndefined()
    expect(found.networks[home.name]?.aliases).toContain('api')
    expect(found.imageId).toMatch(/^sha256:/)
    expect(await under.engine.find(['contract.adopted=nobody'])).toEqual([])
    expect((await under.engine.find(['contract.adopted'])).map(({ id }) => id)).toContain(found.id)
  })

  it('join a network at a fixed place while they run, move there when asked for another, and leave it', async () => {
    const { under, network, name } = bench()
    const { home, found, adopted, again } = await stranger(bench(), 'joins')
    const slots = await under.engine.ensureNetwork(network('joins-slots', { internal: true }))
    const base = slots.subnet.replace(/\d+\/\d+$/, '')
    for (const offset of [17, 17, 18]) {
      await under.engine.attach(adopted.id, { network: slots.name, aliases: [], offset })
      const state = await under.engine.inspect(name('joins'))
      expect(state?.addresses).toEqual({
        [home.name]: found.networks[home.name]?.address,
        [slots.name]: `${base}${offset}`,
      })
    }
    await under.engine.detach(adopted.id, slots.name)
    expect(await again()).toEqual(found)
  })

  it('are stopped by id so that nothing brings them back, and started as they were', async () => {
    const { under, name } = bench()
    const { adopted, found, again } = await stranger(bench(), 'stops')
    await under.engine.stopAdopted(adopted, 0)
    await under.engine.stopAdopted(adopted, 0)
    expect(await again()).toMatchObject({ status: 'exited', restart: { name: 'unless-stopped' } })
    await under.engine.startAdopted(adopted)
    await under.engine.startAdopted(adopted)
    expect(await again()).toMatchObject({ id: found.id, status: 'running', restart: { name: 'always' } })
    await under.engine.stopAdopted(adopted, 0)
    await under.engine.releaseAdopted(adopted)
    expect(await again()).toMatchObject({ status: 'exited', restart: { name: 'always' } })
    const gone = { ...adopted, id: 'f'.repeat(64) }
    await under.engine.stopAdopted(gone, 0)
    await under.engine.releaseAdopted(gone)
    await expect(under.engine.startAdopted(gone)).rejects.toThrow(withCode('ADOPTED_GONE'))
    expect(await under.engine.inspect(name('stops'))).toMatchObject({ status: 'exited' })
  })
}

export function removalPromises(bench: () => Bench): void {
  it('a network of ours goes when nobody stands on it; others are left', async () => {
    const { under, network } = bench()
    const ours = await under.engine.ensureNetwork(network('goes'))
    const theirs = await under.engine.ensureNetwork(network('stays', { labels: under.strangerLabels }))
    for (const { name } of [ours, ours, theirs]) await under.engine.removeNetwork(name)
    expect(await under.engine.networkState(ours.name)).toBeNull()
    expect(await under.engine.networkState(theirs.name)).not.toBeNull()
  })
}
