import { expect, it } from 'vitest'
import { withCode, type Bench } from './bench.ts'

export function containerPromises(bench: () => Bench): void {
  it('the same name is the same container, asked for at once or one after the other', async () => {
    const { under, spec } = bench()
    const wanted = spec('same', { runs: true })
    const together = await Promise.all([
      under.engine.ensureRunning(wanted),
      under.engine.ensureRunning(wanted),
    ])
    const after = await under.engine.ensureRunning(wanted)
    expect(new Set([...together, after].map(({ id }) => id)).size).toBe(1)
    expect(after).toMatchObject({
      name: wanted.name,
      status: 'running',
      exitCode: null,
      labels: wanted.labels,
    })
  })

  it('a container that exited is started again', async () => {
    const { under, spec } = bench()
    const wanted = spec('again', { runs: true })
    const first = await under.engine.ensureRunning(wanted)
    await under.engine.stop(wanted.name, 0)
    expect(await under.engine.inspect(wanted.name)).toMatchObject({ status: 'exited' })
    const second = await under.engine.ensureRunning(wanted)
    expect(second).toMatchObject({ id: first.id, status: 'running' })
    expect(second.startedAt).not.toBe(first.startedAt)
  })

  it('stopping and removing may be repeated, and a running container is not removed', async () => {
    const { under, spec } = bench()
    const wanted = spec('removal', { runs: true })
    await under.engine.ensureRunning(wanted)
    await expect(under.engine.remove(wanted.name)).rejects.toThrow(withCode('CONTAINER_RUNNING'))
    await under.engine.stop(wanted.name, 0)
    await under.engine.stop(wanted.name, 0)
    await under.engine.remove(wanted.name)
    await under.engine.remove(wanted.name)
    await under.engine.stop(wanted.name, 0)
    expect(await under.engine.inspect(wanted.name)).toBeNull()
  })

  it('lists what carries every label asked for, and nothing else', async () => {
    const { under, spec, name } = bench()
    await under.engine.ensureRunning(spec('listed', { runs: true }))
    await under.engine.ensureRunning(spec('other', { runs: true }))
    const labels = spec('listed', { runs: true }).labels
    expect((await under.engine.list(labels)).map((state) => state.name)).toEqual([name('listed')])
  })

  it('counts the restarts of a container that keeps dying', async () => {
    const { under, spec } = bench()
    const wanted = spec('dying', { exits: 3 }, { restart: { name: 'always' } })
    await under.engine.ensureRunning(wanted)
    const restarts = async () => (await under.engine.inspect(wanted.name))?.restarts
    await expect.poll(restarts, { timeout: 30_000 }).toBeGreaterThan(0)
    await under.engine.stop(wanted.name, 0)
  })
}

export function oneShotPromises(bench: () => Bench): void {
  it('tells the exit code, and never runs a second time', async () => {
    const { under, spec } = bench()
    const wanted = spec('migrate', { exits: 7 })
    const first = await under.engine.ensureRanOnce(wanted)
    expect(await under.engine.waitForExit(wanted.name, 60_000)).toBe(7)
    const second = await under.engine.ensureRanOnce(wanted)
    expect(second).toMatchObject({ id: first.id, status: 'exited', exitCode: 7, startedAt: first.startedAt })
  })

  it('says null when the deadline passes first', async () => {
    const { under, spec } = bench()
    await under.engine.ensureRanOnce(spec('slow', { runs: true }))
    expect(await under.engine.waitForExit(spec('slow', { runs: true }).name, 300)).toBeNull()
  })

  it('says so when there is nothing to wait for', async () => {
    const { under, name } = bench()
    await expect(under.engine.waitForExit(name('nobody'), 300)).rejects.toThrow(
      withCode('CONTAINER_NOT_FOUND'),
    )
  })
}
