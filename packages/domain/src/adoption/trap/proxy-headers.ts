import { walkNginx } from '../../repository/nginx-conf.ts'
import type { NginxDirective } from '../../repository/nginx-conf.ts'
import type { NginxFile } from '../../repository/survey.ts'
import type { Finding, Trap } from '../finding.ts'

/** Headers that nginx sends or hides otherwise than the file seems to say. */
export const proxyHeaders: Trap = {
  id: 'proxy-headers',
  passes: 'nginx passes on the headers that its file says',
  look: (survey) => {
    if (survey.nginx.length === 0) return null
    return survey.nginx.flatMap((file) => [...passedOn(file), ...hidden(file, enclosing(survey.nginx, file))])
  },
}

const CONDITIONAL_ARG = /^\$http_\w+\$\w+$/

function passedOn({ path: file, directives }: NginxFile): Finding[] {
  return [...walkNginx(directives)].flatMap(({ directive: { name, args, line } }): Finding[] => {
    const [header = '', value = ''] = args
    if (name !== 'proxy_set_header') return []
    if (CONDITIONAL_ARG.test(value))
      return [
        {
          ...{ status: 'warn', file, line },
          message: `${header} is both values in a row where the client sent one (${value}), so it fits no log of the client's`,
          fix: 'map $http_x_request_id $request_name { default $http_x_request_id; "" $request_id; } and pass $request_name',
        },
      ]
    if (header.toLowerCase() === 'connection' && value.toLowerCase() === 'upgrade')
      return [
        {
          ...{ status: 'warn', file, line },
          message:
            'every request is sent with Connection: upgrade, sockets or not: no connection to the service is used twice',
          fix: "map $http_upgrade $connection { default upgrade; '' ''; } and proxy_set_header Connection $connection",
        },
      ]
    return []
  })
}

/** The `http` block of another file that includes the folder of this one. */
function enclosing(all: readonly NginxFile[], { path }: NginxFile): NginxDirective[] {
  const folder = path.split('/').at(-2)
  return all.flatMap(({ directives }) =>
    directives.filter(
      ({ name, children }) =>
        name === 'http' &&
        folder !== undefined &&
        (children ?? []).some(
          (inner) => inner.name === 'include' && inner.args[0]?.split('/').at(-2) === folder,
        ),
    ),
  )
}

/** `add_header` in a block takes away all that the blocks around it add. */
function hidden({ path: file, directives }: NginxFile, outside: readonly NginxDirective[]): Finding[] {
  const seen = new Set<NginxDirective>()
  return [...walkNginx(directives, outside)].flatMap(({ directive, around }): Finding[] => {
    const block = around.at(-1)
    if (directive.name !== 'add_header' || block === undefined || outside.includes(block) || seen.has(block))
      return []
    seen.add(block)
    const own = new Set(headersOf(block))
    const lost = lostIn(around.slice(0, -1)).filter((header) => !own.has(header))
    const [first] = lost
    if (first === undefined) return []
    return [
      {
        ...{ status: 'warn', file, line: directive.line },
        message: `add_header here takes away ${lost.slice(0, 4).join(', ')} of the blocks around ${[block.name, ...block.args].join(' ').slice(0, 40)}`,
        fix: 'repeat them here, or keep all of them in one file that each block includes',
      },
    ]
  })
}

/** What holds around a block: the headers of the nearest block that adds any. */
function lostIn(around: readonly NginxDirective[]): string[] {
  const nearest = around.findLast((block) => headersOf(block).length > 0)
  return nearest === undefined ? [] : [...new Set(headersOf(nearest))]
}

const headersOf = ({ children }: NginxDirective): string[] =>
  (children ?? []).filter(({ name }) => name === 'add_header').map(({ args }) => args[0] ?? '')
