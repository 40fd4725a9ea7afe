import { TABLE_DATED, endingsOf } from '../../adoption/end-of-life.ts'
import type { OsRelease } from './os-release.ts'

const systems = new Set(['debian', 'ubuntu', 'alpine', 'rocky', 'almalinux', 'rhel', 'opensuse-leap'])

/**
 * Why a system without known flaws is not a clean one: advisories go quiet when its project stops looking, and for one
 * that the table does not know nobody here can say. Null where its project still mends it.
 */
export function systemEnding({ id, version, codename }: OsRelease, now: Date): string | null {
  const name = [id || 'a system without a name', version || codename].filter((word) => word !== '').join(' ')
  // The table also knows what is no system, such as Node.js.
  const [ending] = systems.has(id) ? endingsOf(`${id}:${version || codename}`) : []
  if (ending === undefined)
    return `is made of ${name}, of which the table of ends of life (${TABLE_DATED}) does not know whether it still gets fixes`
  if (now.toISOString().slice(0, 10) <= ending.ends) return null
  return `is made of ${ending.name}, which had its last fixes on ${ending.ends}: what is found since then, no advisory tells`
}
