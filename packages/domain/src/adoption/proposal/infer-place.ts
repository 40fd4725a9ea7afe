import { walkNginx } from '../../repository/nginx-conf.ts'
import { scalarsIn } from '../../repository/placed-yaml.ts'
import { settledText, valueOf } from '../../repository/written-compose.ts'
import type { AdoptionSurvey } from '../finding.ts'
import type { Source, Told } from './proposal.ts'

const ENVIRONMENT = /^(?:production|prod|staging|stage|qa|test|uat|demo|preprod|pre-production)$/

/** Environments that workflows deploy to, or that files are named after, in the order of their risk. */
export function inferEnvironments({ workflows, files }: AdoptionSurvey): Told<string>[] {
  const found = new Map<string, Source>()
  const note = (name: string, source: Source): void => {
    if (ENVIRONMENT.test(name) && !found.has(name)) found.set(name, source)
  }
  for (const { path, text } of workflows)
    for (const [at, row] of text.split(/\r?\n/).entries()) {
      const name = /^\s*(?:environment|environment_name)\s*:\s*["']?([a-z-]+)["']?\s*(?:#.*)?$/.exec(row)?.[1]
      if (name !== undefined) note(name, { file: path, line: at + 1 })
    }
  for (const file of files.texts.keys()) {
    const name = /(?:^|\/)(?:(?:docker-)?compose\.([a-z-]+)\.ya?ml|\.env\.([a-z-]+)|([a-z-]+)\.env)$/.exec(
      file,
    )
    note(name?.[1] ?? name?.[2] ?? name?.[3] ?? '', { file, line: null })
  }
  const risk = (name: string): number => Number(name.startsWith('prod'))
  return [...found]
    .map(([value, source]) => ({ value, source }))
    .toSorted((a, b) => risk(a.value) - risk(b.value))
}

/** The folder on the host: a unit's WorkingDirectory, or where a workflow goes before it calls compose. */
export function inferFolder({ files, commands }: AdoptionSurvey): Told<string> | null {
  for (const [file, text] of files.texts) {
    if (!file.endsWith('.service') && !file.startsWith('.github/')) continue
    for (const [at, row] of text.split(/\r?\n/).entries()) {
      const folder = /^\s*WorkingDirectory\s*=\s*(\/[\w./-]+?)\/?\s*$/.exec(row)?.[1]
      if (folder !== undefined) return { value: folder, source: { file, line: at + 1 } }
    }
  }
  for (const { file, line, text, isOnHost } of commands) {
    const folder = isOnHost
      ? /\bcd\s+["']?(\/(?:srv|opt|home|var|root|app|data)[\w./-]*?)\/?["']?(?:\s|&|;|$)/.exec(text)?.[1]
      : undefined
    if (folder !== undefined) return { value: folder, source: { file, line } }
  }
  return null
}

/** The name that nginx passes traffic on for: of the first server that has a proxied location and no redirect for all. */
export function inferDomain({ nginx }: AdoptionSurvey): Told<string> | null {
  for (const { path, directives } of nginx)
    for (const { directive } of walkNginx(directives)) {
      const inner = directive.children ?? []
      if (
        directive.name !== 'server' ||
        ![...walkNginx(inner)].some((found) => found.directive.name.endsWith('_pass'))
      )
        continue
      const names = inner.find(({ name }) => name === 'server_name')
      const host = names?.args.find((name) => /^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+$/.test(name))
      if (names !== undefined && host !== undefined)
        return { value: host, source: { file: path, line: names.line } }
    }
  return null
}

/** Host ports that services publish by number: themselves, or through the edge. */
export const publishedPorts = ({ services, variables }: AdoptionSurvey): number[] => [
  ...new Set(
    services.flatMap(({ written }) =>
      scalarsIn(valueOf(written, 'ports')?.value).flatMap(({ text }) => {
        const parts = (settledText(text, variables) ?? '').split('/')[0]?.split(':') ?? []
        const port = Number(parts.length > 1 ? parts.at(-2) : '')
        return Number.isInteger(port) && port > 0 && port < 65_536 ? [port] : []
      }),
    ),
  ),
]

/** The branch that workflows build from. */
export function inferBranch({ workflows }: AdoptionSurvey): string {
  for (const { triggers } of workflows) {
    const push = triggers.get('push')?.value
    const branches =
      push?.kind === 'map' ? scalarsIn(push.entries.get('branches')?.value).map(({ text }) => text) : []
    const main = branches.find((branch) => /^(?:main|master|trunk|develop)$/.test(branch))
    if (main !== undefined) return main
  }
  return 'main'
}
