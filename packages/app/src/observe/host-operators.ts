import { hostOperators } from '@towpath/domain/adoption/host/host-operators.ts'
import type { HostOperator } from '@towpath/domain/adoption/host/host-operators.ts'
import { hostPatterns, scriptsNamed } from '@towpath/domain/adoption/host/host-places.ts'
import type { HostProject } from '@towpath/domain/adoption/host/whose-containers.ts'
import { composeLabels, composeServiceOf } from '@towpath/domain/adoption/running/found-container.ts'
import type { FoundContainer } from '@towpath/domain/adoption/running/found-container.ts'
import { composeProjectOf } from '@towpath/domain/config/resolved-config.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { Installation } from '../installation.ts'

interface SeenOperators {
  operators: HostOperator[]
  /** Files that are there and that the user of the link may not read. */
  unread: string[]
}

/**
 * Looks at a host for what else acts on the containers of a project: units, cron jobs, renewal hooks, and then the scripts
 * that these name. Reads only. Throws where the host does not answer.
 */
export async function lookForOperators(
  { filesOf }: Pick<Installation, 'filesOf'>,
  config: ResolvedConfig,
  found: readonly FoundContainer[],
): Promise<SeenOperators> {
  const reader = filesOf(config.host.docker)
  const first = await reader.look(hostPatterns)
  const scripts = scriptsNamed(first.texts)
  const second = scripts.length === 0 ? null : await reader.read(scripts)
  const texts = new Map([...first.texts, ...(second?.texts ?? [])])
  // A program, or what it writes to, is not followed; a script that could not be read is missed.
  const scriptsUnread = (second?.unread ?? []).filter((path) => /\.(?:ba)?sh$/.test(path))
  const unread = [...first.unread, ...scriptsUnread]
  const files = { texts, names: first.names, unread }
  return { operators: hostOperators(files, projectOf(config, found)), unread }
}

function projectOf(config: ResolvedConfig, found: readonly FoundContainer[]): HostProject {
  const name = composeProjectOf(config)
  const own = found.filter(({ labels }) => labels[composeLabels.project] === name)
  const shipped = new Set([...config.services, ...config.jobs].map(({ compose }) => compose))
  const folders = own.flatMap(({ labels }) => labels[composeLabels.folder] ?? [])
  return {
    name,
    folders: [...new Set([config.host.folder, ...folders])],
    shipped: own
      .map((container) => ({ container: container.name, service: composeServiceOf(container) ?? '' }))
      .filter(({ service }) => shipped.has(service)),
  }
}
