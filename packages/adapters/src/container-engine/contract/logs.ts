import { secretPlaceholder } from '@towpath/domain/config/secret-placeholder.ts'
import { expect, it } from 'vitest'
import { CONTRACT_SECRET, withCode, type Bench } from './bench.ts'

export function logPromises(bench: () => Bench): void {
  it('logs what a container wrote, the last lines asked for, without secret values', async () => {
    const { under, spec } = bench()
    const wanted = spec('printer', { prints: `one\ntoken=${CONTRACT_SECRET}\nthree` })
    await under.engine.ensureRanOnce(wanted)
    await under.engine.waitForExit(wanted.name, 60_000)
    expect(await under.engine.logs(wanted.name, { tailLines: 10 })).toBe('one\ntoken=•••\nthree')
    expect(await under.engine.logs(wanted.name, { tailLines: 1 })).toBe('three')
  })

  it('follows a log to the end of the container, or until told to stop', async () => {
    const { under, spec } = bench()
    const done = spec('followed', { prints: `token=${CONTRACT_SECRET}` })
    await under.engine.ensureRanOnce(done)
    const signal = AbortSignal.timeout(30_000)
    const lines = await collected(under.engine.followLogs(done.name, { tailLines: 10, signal }))
    expect(lines).toEqual(['token=•••'])
    expect(signal.aborted).toBe(false)
    const endless = spec('endless', { runs: true })
    await under.engine.ensureRunning(endless)
    const stop = AbortSignal.timeout(300)
    await collected(under.engine.followLogs(endless.name, { tailLines: 10, signal: stop }))
    expect(stop.aborted).toBe(true)
  })

  it('has no log for what does not exist', async () => {
    const { under, name } = bench()
    await expect(under.engine.logs(name('nobody'), { tailLines: 1 })).rejects.toThrow(
      withCode('CONTAINER_NOT_FOUND'),
    )
  })

  it('creates nothing while a secret is missing, and names it', async () => {
    const { under, spec } = bench()
    const wanted = spec(
      'secretless',
      { runs: true },
      {
        environment: { DATABASE_URL: `postgres://app:${secretPlaceholder('NOT_THERE')}@db/app` },
      },
    )
    await expect(under.engine.ensureRunning(wanted)).rejects.toThrow(
      expect.objectContaining({ code: 'SECRET_MISSING', detail: { names: ['NOT_THERE'] } }),
    )
    expect(await under.engine.inspect(wanted.name)).toBeNull()
  })
}

async function collected(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}
