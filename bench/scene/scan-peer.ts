import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../checkout.ts'
import { costOf } from './command-cost.ts'
import type { CommandCost } from './command-cost.ts'

/** A scanner that npm has as a library; it is fetched by the benchmark alone and is no dependency of anything. */
const peer = { name: 'snyk-docker-plugin', version: '9.20.2' }

/** It asks for a version of this package that npm does not have. */
const overrides = { shescape: '^2.1.0' }

export const peerName = `${peer.name} ${peer.version}`

const script = `
const { writeFileSync } = require('node:fs')
const [, , archive, told] = process.argv
require(${JSON.stringify(peer.name)})
  .scan({ path: 'oci-archive:' + archive })
  .then(({ scanResults }) => {
    const graphs = scanResults.flatMap(({ facts }) => facts.filter(({ type }) => type === 'depGraph'))
    writeFileSync(told, String(graphs.reduce((sum, { data }) => sum + data.getPkgs().length, 0)))
  })
`

export interface PeerCost extends CommandCost {
  /** Packages of all its graphs. */
  packages: number
}

/** Fetches the peer into a folder and gives what scans an archive with it. Throws where npm or the network is not there. */
export async function fetchPeer(folder: string): Promise<(archive: string) => Promise<PeerCost>> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, overrides }))
  await run(
    ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', `${peer.name}@${peer.version}`],
    { cwd: folder, timeoutMs: 5 * 60_000 },
  )
  await writeFile(join(folder, 'scan.cjs'), script)
  return async (archive) => {
    const told = join(folder, 'told')
    const cost = await costOf([process.execPath, join(folder, 'scan.cjs'), archive, told])
    return { ...cost, packages: Number(await readFile(told, 'utf8')) }
  }
}
