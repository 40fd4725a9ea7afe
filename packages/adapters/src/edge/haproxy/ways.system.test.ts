import { freePort } from '@towpath/testkit/ports.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, benchFor, draining, inMs, live, steered } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import type { EdgeDisk, FencedFiles } from './edge-disk.ts'
import { localDisk } from './local-disk.ts'
import { spareSockets } from './spare-sockets.ts'

/**
 * What an act on an edge asks of its host. Over SSH each script and each question is a way there and back, and so is
 * opening a connection that was not opened before: counted here, because times say little on a busy machine.
 */
describe('an act on an edge behind a link', () => {
  let under: ProcessEdge
  let bench: Bench
  let asked: { scripts: string[]; questions: number; opened: number }

  const script =
    <A extends unknown[], T>(name: string, act: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      asked.scripts.push(name)
      return await act(...given)
    }

  beforeEach(async () => {
    asked = { scripts: [], questions: 0, opened: 0 }
    const here = localDisk('')
    const spares = spareSockets()
    const counted: Partial<EdgeDisk> = {
      hasFolder: script('hasFolder', (folder: string) => here.hasFolder(folder)),
      hasSocket: script('hasSocket', (path: string) => here.hasSocket(path)),
      read: script('read', (path: string) => here.read(path)),
      replaceFenced: script('replaceFenced', (folder: string, files: FencedFiles) =>
        here.replaceFenced(folder, files),
      ),
      syncNames: script('syncNames', (folder: string) => here.syncNames(folder)),
      spares: {
        take: (path) => {
          const taken = spares.take(path)
          asked.questions += 1
          if (!taken.isSpare) asked.opened += 1
          return taken
        },
        drop: () => spares.drop(),
      },
    }
    under = await openProcessEdge(freePort, counted)
    bench = benchFor(under)
    await bench.occupy('s1', '1.0.0')
    await bench.occupy('s2', '1.1.0')
    await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
    await bench.edge.apply(bench.spec, bench.wanted({ s1: live('1.0.0') }))
  })
  afterEach(async () => await under.close())

  const during = async (act: () => Promise<unknown>): Promise<typeof asked> => {
    asked = { scripts: [], questions: 0, opened: 0 }
    await act()
    return asked
  }

  it('that moves traffic looks while the files are written, and tells: two ways, with nothing to open', async () => {
    const moved = bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') })
    expect(await during(() => bench.edge.apply(bench.spec, moved))).toEqual({
      scripts: ['replaceFenced', 'syncNames'],
      questions: 3,
      opened: 0,
    })
  })

  it('that changes nothing asks no more', async () => {
    const same = bench.wanted({ s1: live('1.0.0') })
    expect(await during(() => bench.edge.apply(bench.spec, same))).toMatchObject({ questions: 2, opened: 0 })
  })

  it('that looks at the slots reads one file and asks twice, all at once', async () => {
    expect(await during(() => bench.edge.status(bench.spec))).toEqual({
      scripts: ['read'],
      questions: 2,
      opened: 0,
    })
  })

  it('that renews a lease asks and tells', async () => {
    const trial = { slot: 's2', perMyriad: 500, salt: 0 }
    const tried = steered(bench.wanted({ s1: live('1.0.0'), s2: { role: 'candidate', release: '1.1.0' } }), {
      trial,
    })
    await bench.edge.apply(bench.spec, tried)
    const lease = { service: bench.wanted({}).services[0]?.service ?? '', until: inMs(5_000) }
    expect(await during(() => bench.edge.renew(bench.spec, lease))).toEqual({
      scripts: [],
      questions: 2,
      opened: 0,
    })
  })
})
