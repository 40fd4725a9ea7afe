import { freePort } from '@towpath/testkit/ports.ts'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, SERVICE, backup, benchFor, candidate, live } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import { haproxyEdge } from './haproxy-edge.ts'
import { askSocket } from './haproxy-socket.ts'
import { localDisk } from './local-disk.ts'

describe('an edge that somebody changed by hand', () => {
  let under: ProcessEdge
  let bench: Bench
  const wanted = () => bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') })
  const tell = (command: string) => askSocket(join(under.stateDirectory, 'runtime.sock'), command, 1_000)

  beforeEach(async () => {
    under = await openProcessEdge(freePort)
    bench = benchFor(under)
    await bench.occupy('s1', '1.0.0')
    await bench.edge.ensure(bench.spec, wanted())
  })
  afterEach(() => under.close())

  it.each([
    ['a weight', `set server service:${SERVICE}/s2 weight 50`],
    ['maintenance', `set server service:${SERVICE}/s1.last state maint`],
    ['a drain', `set server service:${SERVICE}/s1 state drain`],
    ['a release name', `set map releases-${SERVICE}.map s1 9.9.9`],
  ])('%s set at run time is named as drift, repaired by apply, and gone', async (_what, command) => {
    await tell(command)
    expect(await bench.edge.drift(bench.spec, wanted())).toHaveLength(1)
    expect(await bench.edge.apply(bench.spec, wanted())).toMatchObject({ changed: true, reloaded: false })
    expect(await bench.edge.drift(bench.spec, wanted())).toEqual([])
    expect((await bench.get('/')).body).toBe('1.0.0')
  })

  it('an edited file is named as drift and written anew', async () => {
    const path = join(under.stateDirectory, 'haproxy.cfg')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('weight 100', 'weight 7'))
    expect(await bench.edge.drift(bench.spec, wanted())).toEqual([expect.stringContaining('by hand')])
    expect(await bench.edge.apply(bench.spec, wanted())).toMatchObject({ changed: true, reloaded: false })
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('a file that is no configuration any more is written anew before the edge starts', async () => {
    await under.crash()
    await writeFile(join(under.stateDirectory, 'haproxy.cfg'), 'not a configuration\n')
    await bench.edge.ensure(bench.spec, wanted())
    expect((await bench.get('/')).body).toBe('1.0.0')
  })

  it('that another controller made anew has another token, which is read when ours is refused', async () => {
    expect((await bench.probe('s1', '/')).status).toBe(200)
    await under.crash()
    await rm(under.stateDirectory, { recursive: true })
    const another = haproxyEdge({ host: under.host, disk: localDisk(dirname(under.stateDirectory)) })
    await another.ensure(bench.spec, wanted())
    expect(await bench.probe('s1', '/')).toMatchObject({
      status: null,
      fault: expect.stringContaining('token'),
    })
    expect((await bench.probe('s1', '/')).status).toBe(200)
  })

  it('logs one JSON object per request, with slot and release, private ones apart, queries left out', async () => {
    await bench.occupy('s2', '1.1.0')
    await bench.get('/shop/%22quote?card=4111', { 'x-request-id': 'id-1', traceparent: '00-abc' })
    await bench.probe('s2', '/private')
    await bench.until('s2', ({ health }) => health === 'up')
    await bench.edge.apply(bench.spec, bench.wanted({ s1: backup('1.0.0'), s2: live('1.1.0') }))
    await bench.get('/after')
    const log = await readFile(join(under.stateDirectory, 'edge.log'), 'utf8')
    const lines = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
    expect(lines).toEqual([
      expect.objectContaining({
        entry: 'public',
        service: SERVICE,
        slot: 's1',
        release: '1.0.0',
        method: 'GET',
        path: '/shop/%22quote',
        status: 200,
        requestId: 'id-1',
        traceparent: '00-abc',
        timeMs: expect.any(Number),
        totalMs: expect.any(Number),
      }),
      expect.objectContaining({ entry: 'private', service: SERVICE, slot: 's2', path: '/private' }),
      expect.objectContaining({ entry: 'public', slot: 's2', release: '1.1.0', path: '/after' }),
    ])
    expect(lines[2].requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(log).not.toContain('4111')
  })

  it('keeps its socket, its file and its token from other users', async () => {
    for (const name of ['haproxy.cfg', 'private.token', 'private.sock', 'runtime.sock', 'master.sock']) {
      const { mode } = await stat(join(under.stateDirectory, name))
      expect([name, mode & 0o077]).toEqual([name, 0])
    }
  })
})
