import { walkNginx } from '../repository/nginx-conf.ts'
import type { NginxDirective } from '../repository/nginx-conf.ts'
import type { NginxFile } from '../repository/survey.ts'

/** A name that a proxy serves by TLS, as its configuration has it. */
export interface TlsName {
  name: string
  /** As the proxy itself sees it. */
  port: number
  /** Path of the certificate as the proxy sees it; null where only a variable or an include knows. */
  certificate: string | null
  file: string
  /** Of `server_name`. */
  line: number
}

/** More would be no configuration that a person wrote. */
const NAMES_MAX = 50

/**
 * The names that nginx files serve by TLS, each name and port once: `server` blocks with a `listen` that has `ssl` in it.
 * Left out are patterns, stars, variables and the nameless, since nobody can ask for them.
 */
export function tlsNames(files: readonly NginxFile[]): TlsName[] {
  const found = files.flatMap(({ path, directives }) =>
    [...walkNginx(directives)].flatMap(({ directive, around }) =>
      directive.name === 'server' && directive.children !== null
        ? namesOf(path, directive.children, [...around.toReversed().map(insideOf), directives])
        : [],
    ),
  )
  const once = new Map<string, TlsName>()
  for (const one of found) {
    const key = `${one.name}:${one.port}`
    // Of two blocks for one name nginx takes the first.
    if (!once.has(key)) once.set(key, one)
  }
  return [...once.values()].slice(0, NAMES_MAX)
}

const insideOf = ({ children }: NginxDirective): readonly NginxDirective[] => children ?? []

/** `around`: what the blocks around it hold, the innermost first, the file's own level last. */
function namesOf(
  file: string,
  children: readonly NginxDirective[],
  around: readonly (readonly NginxDirective[])[],
): TlsName[] {
  const [port] = children
    .filter(({ name, args }) => name === 'listen' && args.includes('ssl'))
    .flatMap(portOf)
  if (port === undefined) return []
  const written = [...children, ...around.flat()].find(({ name }) => name === 'ssl_certificate')?.args[0]
  const certificate = written === undefined || /[$]|^data:/.test(written) ? null : written
  return children
    .filter(({ name }) => name === 'server_name')
    .flatMap(({ args, line }) =>
      args.filter(isAskable).map((name) => ({ name: name.toLowerCase(), port, certificate, file, line })),
    )
}

/** `443`, `0.0.0.0:443`, `[::]:443`; a socket file has none. */
function portOf({ args: [at = ''] }: NginxDirective): number[] {
  const port = Number(/(?:^|:)(\d{1,5})$/.exec(at)?.[1] ?? Number.NaN)
  if (at.startsWith('unix:')) return []
  return Number.isNaN(port) ? [80] : [port]
}

const isAskable = (name: string): boolean =>
  name.length <= 253 && /^[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*$/i.test(name)

/** What `towpath.yaml` renames for one environment, and what it renames for the others. */
export interface TlsPlace {
  domains: Readonly<Record<string, string>>
  /** Bind-mount source of the compose file -> another path, in this environment and in all others. */
  paths: Readonly<Record<string, string>>
  otherPaths: readonly Readonly<Record<string, string>>[]
}

/** Those of one environment, by its own names: files that another environment has instead are none of its. */
export function tlsNamesOf(names: readonly TlsName[], place: TlsPlace): TlsName[] {
  const gone = Object.keys(place.paths)
  const own = Object.values(place.paths)
  const others = place.otherPaths.flatMap((paths) => Object.values(paths))
  const isHere = (file: string): boolean =>
    isUnder(file, own) || !(isUnder(file, gone) || isUnder(file, others))
  return names
    .filter(({ file }) => isHere(file))
    .map((one) => ({ ...one, name: place.domains[one.name] ?? one.name }))
}

const isUnder = (file: string, folders: readonly string[]): boolean =>
  folders.some((folder) => {
    const path = folder.replace(/^\.\//, '').replace(/\/$/, '')
    return file === path || file.startsWith(`${path}/`)
  })
