import type { NginxFile } from '../../repository/survey.ts'
import { walkNginx } from '../../repository/nginx-conf.ts'
import type { NginxDirective } from '../../repository/nginx-conf.ts'

/** One address in a proxy's configuration that has to change. */
export interface ProxyLine {
  file: string
  line: number
  /** The address as written, and what it becomes. */
  from: string
  to: string
}

/** Names that mean one thing, and where requests to them go instead. */
export interface Redirection {
  /** Host names, without port. */
  names: readonly string[]
  to: string
}

/**
 * The lines of nginx files that name a service directly, by `server` in an upstream or in a `*_pass`, and what to write
 * there. The port stays. Addresses that only a variable knows are not found.
 */
export function proxyLines(files: readonly NginxFile[], redirections: readonly Redirection[]): ProxyLine[] {
  return files.flatMap(({ path, directives }) =>
    [...walkNginx(directives)].flatMap(({ directive, around }) => {
      const { scheme, host, rest } = addressIn(directive, around)
      const redirection = redirections.find(({ names }) => names.includes(host))
      if (redirection === undefined) return []
      const from = `${scheme}${host}${rest}`
      return [{ file: path, line: directive.line, from, to: `${scheme}${redirection.to}${rest}` }]
    }),
  )
}

interface Address {
  scheme: string
  host: string
  rest: string
}

/** The address that a directive sends requests to; an empty host where it sends none. */
function addressIn({ name, args }: NginxDirective, around: readonly NginxDirective[]): Address {
  const isServer = name === 'server' && around.at(-1)?.name === 'upstream'
  const said = name === 'set' ? args[1] : isServer || /^(?:proxy|grpc)_pass$/.test(name) ? args[0] : ''
  const found = /^(?<scheme>(?:https?|grpcs?):\/\/)?(?<host>[\w.-]+)(?<rest>(?::\d+)?(?:\/.*)?)$/.exec(
    said ?? '',
  )
  return { scheme: '', host: '', rest: '', ...definedIn(found?.groups ?? {}) }
}

const definedIn = (groups: Record<string, string | undefined>): Partial<Address> =>
  Object.fromEntries(Object.entries(groups).filter(([, text]) => text !== undefined))
