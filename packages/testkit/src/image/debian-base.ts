import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withMachineLock } from '../machine-lock.ts'

const run = promisify(execFile)

/** Where the system is kept, one tar per release; `clean` removes it. */
export const debianBaseCache = (): string => join(tmpdir(), 'towpath', 'debian')

const withinMs = 10 * 60_000

/**
 * The smallest system of this machine's own release of Debian or Ubuntu, as a tar, made once by mmdebstrap from the
 * mirror that apt uses here. Throws where that is no such machine, or its mirror is out of reach.
 */
export const debianBase = async (): Promise<string> => {
  const release = await codename()
  const place = join(debianBaseCache(), `${release}.tar`)
  if (existsSync(place)) return place
  await withMachineLock(`debian-${release}`, withinMs, async () => {
    if (existsSync(place)) return
    await mkdir(debianBaseCache(), { recursive: true })
    const draft = join(debianBaseCache(), `draft-${process.pid}.tar`)
    const argv = ['--variant=minbase', release, draft, ...(await mirrorOf(release))]
    try {
      await run('mmdebstrap', argv, { timeout: withinMs, maxBuffer: 16 * 1024 * 1024 })
      await rename(draft, place)
    } finally {
      await rm(draft, { force: true })
    }
  })
  return place
}

const codename = async (): Promise<string> => {
  const release = await readFile('/etc/os-release', 'utf8')
  const name = /^VERSION_CODENAME="?([\w-]+)"?$/m.exec(release)?.[1]
  if (name === undefined || !existsSync('/usr/bin/apt-get'))
    throw new Error('this machine is no Debian or Ubuntu, so no system of it can be made')
  return name
}

/** The first that apt has for the release; where it has none, mmdebstrap takes the distribution's own. */
const mirrorOf = async (release: string): Promise<string[]> => {
  const wanted = ['Created-By: Packages', `Codename: ${release}`, 'Component: main']
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...wanted], {
    timeout: 30_000,
  })
  const [first = ''] = stdout.trim().split('\n')
  return first === '' ? [] : [first]
}
