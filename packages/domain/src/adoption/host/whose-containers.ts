import { dockerCommands } from '../../repository/docker-command.ts'
import type { DockerCommand } from '../../repository/docker-command.ts'

/** The compose project that is adopted, as its containers tell of it. */
export interface HostProject {
  name: string
  /** Folders it was started from, by Compose's own labels. */
  folders: readonly string[]
  /** Of the containers that Towpath will ship: their names and compose services. */
  shipped: readonly { container: string; service: string }[]
}

/** Whether a line acts on the project's containers: `ours`, surely not (`other`), or nobody can tell. */
export type Relation = 'ours' | 'other' | 'unknown'

/**
 * Of a line that does something to containers (`dockerDeed`). `folder` is where its shell stands, null where nobody can tell. Commands
 * that act on an engine as a whole are everybody's.
 */
export function relationOf(text: string, project: HostProject, folder: string | null): Relation {
  const relations = dockerCommands(text).map((command) => ofCommand(text, { command, project, folder }))
  if (relations.length === 0 || relations.includes('ours')) return 'ours'
  return relations.includes('unknown') ? 'unknown' : 'other'
}

/** What acts on an engine and on nothing that is named. */
const WHOLE_ENGINE = / prune$|^(?:rmi|image rm)$|^(?:stack|service) /

function ofCommand(
  text: string,
  { command, project, folder }: { command: DockerCommand; project: HostProject; folder: string | null },
): Relation {
  const { does, rest } = command
  if (does.startsWith('compose ')) return ofCompose(text, project, folder)
  if (/^(?:container )?(?:restart|stop|kill|rm|start|exec)$/.test(does)) return ofNames(rest, project)
  return WHOLE_ENGINE.test(does) && !does.startsWith('builder') ? 'ours' : 'other'
}

function ofCompose(text: string, project: HostProject, folder: string | null): Relation {
  const name = /(?:\s-p[= ]?|--project-name[= ]|COMPOSE_PROJECT_NAME=)["']?([\w.-]+)/.exec(text)?.[1]
  if (name !== undefined) return name === project.name ? 'ours' : 'other'
  const file = /\s(?:-f|--file)[= ]["']?([^\s"';|&]+)/.exec(text)?.[1]
  const said = /--project-directory[= ]["']?([^\s"';|&]+)/.exec(text)?.[1]
  const place = resolved(said ?? (file === undefined ? undefined : folderOf(file)), folder)
  if (place === null || project.folders.length === 0) return 'unknown'
  return project.folders.includes(place) ? 'ours' : 'other'
}

/** A file that a variable names may be anywhere. */
const folderOf = (file: string): string =>
  file.includes('$') ? file : file.includes('/') ? file.slice(0, file.lastIndexOf('/')) || '/' : '.'

/** A path from a folder, without `.` and `..`; null where a variable or an unknown folder is in it. */
export function resolved(path: string | undefined, folder: string | null): string | null {
  const written = path ?? folder ?? ''
  const whole = written.startsWith('/') ? written : folder === null ? '' : `${folder}/${written}`
  if (!whole.startsWith('/') || /[$`*~]/.test(whole)) return null
  const parts: string[] = []
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Only what is shipped gets other names with a release; an accessory is the team's own to restart. */
function ofNames(rest: readonly string[], { shipped }: HostProject): Relation {
  if (rest.some((word) => /[$`(]/.test(word))) return 'unknown'
  const isShipped = rest.some((word) => shipped.some(({ container }) => container === word))
  return isShipped ? 'ours' : 'other'
}
