import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cliLauncher, run } from '../checkout.ts'
import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { interleave, median } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { costOf } from '../scene/command-cost.ts'
import type { CommandCost } from '../scene/command-cost.ts'
import { baseLayer, largeLayer, modulesLayer, releaseLayer } from '../scene/image-content.ts'
import { blobPath, writeImage } from '../scene/image-layout.ts'
import type { LayerBlob } from '../scene/image-layout.ts'
import { serveLayout } from '../scene/layout-server.ts'
import { fetchPeer, peerName } from '../scene/scan-peer.ts'

const cpuLimit = 1.5
const memoryLimitMb = 200
/** Copies of this repository's packages, half a gigabyte each, in the large layer. */
const largeCopies = 4

/** `towpath scan` of whole images: its CPU over that of `gzip -d`, its memory, and what it reads a second time. */
export const scan: Group = {
  name: 'image scan',
  run: async (options: RunOptions): Promise<Row[]> => {
    const folder = await mkdtemp(join(tmpdir(), 'towpath-bench-scan-'))
    return closing(
      () => rm(folder, { recursive: true }),
      async () => {
        const layout = join(folder, 'image')
        const layers = [await baseLayer(layout), await modulesLayer(layout)]
        await writeImage(layout, layers)
        return [
          ...(await costRows({ folder, layout, layers }, options)),
          ...(await sharedRows({ folder, layout, layers })),
          ...(await memoryRows(folder, options)),
        ]
      },
    )
  },
}

interface ImageScene {
  folder: string
  layout: string
  layers: readonly LayerBlob[]
}

/** `home` keeps what was read of layers: a first scan has an empty one. Compiled code is kept, as an installation keeps it. */
async function scanCost(
  folder: string,
  { image, home }: { image: string; home: string },
): Promise<CommandCost> {
  const env = { HOME: folder, TOWPATH_HOME: home, XDG_CACHE_HOME: join(folder, 'cache') }
  return costOf(
    [process.execPath, cliLauncher, 'scan', image, '--offline', '--fail-on', 'none', '--json'],
    env,
  )
}

async function firstScan(folder: string, image: string): Promise<CommandCost> {
  const home = await mkdtemp(join(folder, 'home-'))
  const cost = await scanCost(folder, { image, home })
  await rm(home, { recursive: true })
  return cost
}

async function costRows({ folder, layout, layers }: ImageScene, options: RunOptions): Promise<Row[]> {
  const archive = join(folder, 'image.tar')
  await run(['tar', '-C', layout, '-cf', archive, '.'])
  const blobs = layers.map(({ digest }) => blobPath(layout, digest))
  const peaks: number[] = []
  const contenders = {
    gzip: async () => (await costOf(['gzip', '-dc', ...blobs])).cpuSeconds,
    scan: async () => {
      const { cpuSeconds, peakMb } = await firstScan(folder, archive)
      peaks.push(peakMb)
      return cpuSeconds
    },
  }
  await firstScan(folder, archive)
  const took = await interleave(contenders, options.rounds)
  const [gzip, own] = [median(took.gzip), median(took.scan)]
  const plainMb = layers.reduce((sum, { plainSize }) => sum + plainSize, 0) / 1024 ** 2
  return [
    limited('image scan, CPU over gzip -d of its layers', { value: own / gzip, unit: 'x', limit: cpuLimit }),
    beside('image scan: its layers, inflated', plainMb, 'MB'),
    beside('image scan: CPU of gzip -d', gzip, 's'),
    beside('image scan: CPU', own, 's'),
    beside('image scan: most memory', Math.max(...peaks), 'MB'),
    ...(await peerRows({ folder, archive }, options)),
  ]
}

async function peerRows(
  { folder, archive }: { folder: string; archive: string },
  { say }: RunOptions,
): Promise<Row[]> {
  const place = join(folder, 'peer')
  await mkdir(place)
  const fetched = await fetchPeer(place).catch((thrown: unknown) => {
    say(`${peerName} could not be fetched: ${String(thrown).slice(0, 300)}`)
    return null
  })
  if (fetched === null) return [beside(`${peerName} of the same image: absent, npm has no network`, NaN, '')]
  const { cpuSeconds, peakMb, packages } = await fetched(archive)
  return [
    beside(`${peerName} of the same image: CPU`, cpuSeconds, 's'),
    beside(`${peerName} of the same image: most memory`, peakMb, 'MB'),
    beside(`${peerName} of the same image: packages`, packages, ''),
  ]
}

/** The next release of an image, out of a registry that counts: the layers that it shares are not fetched again. */
async function sharedRows({ folder, layout, layers }: ImageScene): Promise<Row[]> {
  const server = await serveLayout(layout)
  return closing(server.close, async () => {
    const home = join(folder, 'home-shared')
    const first = await scanCost(folder, { image: server.image, home })
    const before = server.fetched.splice(0)
    const added = await releaseLayer(layout)
    await writeImage(layout, [...layers, added])
    const second = await scanCost(folder, { image: server.image, home })
    const digests = new Set([...layers, added].map(({ digest }) => digest))
    const read = server.fetched.filter(({ digest }) => digests.has(digest))
    if (before.length < layers.length || read.length === 0)
      throw new Error('the registry was not asked for layers')
    return [
      limited('second scan of an image that shares layers: layers read that are not new', {
        ...{ value: read.filter(({ digest }) => digest !== added.digest).length, unit: '', limit: 0 },
      }),
      beside(
        'second scan: bytes of layers read',
        read.reduce((sum, { size }) => sum + size, 0),
        '',
      ),
      beside(
        'second scan: bytes of layers read by the first',
        layers.reduce((sum, { size }) => sum + size, 0),
        '',
      ),
      beside('second scan: CPU', second.cpuSeconds, 's'),
      beside('second scan: CPU of the first', first.cpuSeconds, 's'),
    ]
  })
}

async function memoryRows(folder: string, { quick }: RunOptions): Promise<Row[]> {
  const layout = join(folder, 'large')
  await mkdir(layout)
  const layer = await largeLayer(layout, quick ? 1 : largeCopies)
  await writeImage(layout, [layer])
  const { peakMb, cpuSeconds } = await firstScan(folder, layout)
  return [
    limited('image scan, most memory over a layer of 2 GB', {
      ...{ value: peakMb, unit: 'MB', limit: memoryLimitMb },
    }),
    beside('large layer: inflated', layer.plainSize / 1024 ** 2, 'MB'),
    beside('large layer: CPU of its scan', cpuSeconds, 's'),
  ]
}
