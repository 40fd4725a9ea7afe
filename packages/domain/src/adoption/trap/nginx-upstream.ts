import { walkNginx } from '../../repository/nginx-conf.ts'
import type { NginxDirective } from '../../repository/nginx-conf.ts'
import type { NginxFile } from '../../repository/survey.ts'
import { mentions } from './container-name.ts'
import { lineAt, replaceIn } from '../line-edits.ts'
import { valueOf } from '../../repository/written-compose.ts'
import { textIn } from '../../repository/placed-yaml.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** nginx looks a name up once, when it reads its file: a container that comes back with another address is not found. */
export const nginxUpstream: Trap = {
  id: 'nginx-upstream',
  passes: 'nginx looks up the addresses of services again and again',
  look: (survey) => {
    if (survey.nginx.length === 0 || survey.services.length === 0) return null
    return survey.nginx.flatMap((file) => onceResolved(survey, file))
  },
}

interface Target {
  service: AdoptedService
  address: string
  line: number
}

function onceResolved(survey: AdoptionSurvey, file: NginxFile): Finding[] {
  const all = [...walkNginx(file.directives)]
  const hasResolver = survey.nginx.some(({ directives }) =>
    [...walkNginx(directives)].some(({ directive }) => directive.name === 'resolver'),
  )
  const upstreams = all
    .filter(({ directive }) => directive.name === 'upstream')
    .map(({ directive }) => directive)
  const pools = upstreams.flatMap((upstream) =>
    (upstream.children ?? [])
      .filter(({ name, args }) => name === 'server' && !args.includes('resolve'))
      .flatMap((server): (Target & { upstream: NginxDirective })[] => {
        const target = targetOf(survey, server.args[0] ?? '', server.line)
        return target === null ? [] : [{ ...target, upstream }]
      }),
  )
  const direct = all.flatMap(({ directive: { name, args, line } }): Target[] => {
    // The name of an upstream is no address: its servers are.
    const address = /^(?:https?|grpcs?):\/\/([^/$]+)/.exec(args[0] ?? '')?.[1]
    const target = /^(?:proxy|grpc|fastcgi|uwsgi)_pass$/.test(name)
      ? targetOf(survey, address ?? args[0] ?? '', line)
      : null
    if (upstreams.some((upstream) => upstream.args[0] === (address ?? args[0]))) return []
    return target === null ? [] : [target]
  })
  return [
    ...pools.map((pool) => finding(survey, { file, target: pool, hasResolver, upstream: pool.upstream })),
    ...direct.map((target) => finding(survey, { file, target, hasResolver, upstream: null })),
  ]
}

/** The service that an address of nginx means by its name or its container's. */
function targetOf({ services }: AdoptionSurvey, address: string, line: number): Target | null {
  if (address.includes('$')) return null
  const host = address.replace(/:\d+$/, '')
  const service = services.find(
    ({ written }) => host === written.name || host === textIn(valueOf(written, 'container_name')?.value),
  )
  return service === undefined ? null : { service, address, line }
}

interface Once {
  file: NginxFile
  target: Target
  hasResolver: boolean
  upstream: NginxDirective | null
}

function finding(survey: AdoptionSurvey, once: Once): Finding {
  const { file, target, hasResolver, upstream } = once
  const { written, shippedAs } = target.service
  const where = upstream === null ? target.address : `upstream ${upstream.args[0] ?? ''} (${target.address})`
  const edits = upstream === null ? undefined : variableEdits(survey, { ...once, upstream })
  const comfort = hasResolver
    ? '; the resolver of this configuration only counts where the address is a variable'
    : ''
  const variable = variableOf(target)
  return {
    status: shippedAs === null ? 'fail' : 'warn',
    ...{ file: file.path, line: target.line },
    message:
      `${where}: nginx resolves ${written.name} once, when it starts, and keeps asking the old address after the container was replaced${comfort}` +
      (shippedAs === null
        ? ''
        : '. Behind the edge its address stays; one reload of nginx is needed when you adopt'),
    fix: `${hasResolver ? '' : 'resolver 127.0.0.11 valid=10s; and '}set ${variable} ${target.address}; first in the location, then proxy_pass http://${variable};`,
    ...(edits === undefined ? {} : { edits }),
  }
}

const variableOf = ({ service }: Target): string => `$to_${service.written.name.replaceAll(/\W/g, '_')}`

/**
 * Each `proxy_pass` to a one-server upstream by a variable; only where nothing of the upstream's own would be lost. The
 * variable is set first in its location: behind a `rewrite ... break` nginx would not set it any more.
 */
function variableEdits(
  survey: AdoptionSurvey,
  { file, target, hasResolver, upstream }: Once & { upstream: NginxDirective },
): Finding['edits'] {
  const [only, ...more] = upstream.children ?? []
  const name = upstream.args[0] ?? ''
  if (!hasResolver || only?.args.length !== 1 || more.length > 0) return undefined
  const passes = [...walkNginx(file.directives)].filter(
    ({ directive }) => directive.name.endsWith('_pass') && mentions(directive.args[0] ?? '', name),
  )
  const isElsewhere = survey.nginx.some(({ path, text }) => path !== file.path && mentions(text, name))
  if (passes.length === 0 || isElsewhere) return undefined
  const variable = variableOf(target)
  const edits = passes.map(({ directive, around }) => {
    const location = around.at(-1)
    const opening = location?.name === 'location' ? lineAt(survey, file.path, location.line) : null
    const isPlain = directive.args[0] === `http://${name}` && opening?.trimEnd().endsWith('{') === true
    const pass = isPlain
      ? replaceIn(
          survey,
          { file: file.path, line: directive.line },
          { from: `proxy_pass http://${name};`, to: `proxy_pass http://${variable};` },
        )
      : undefined
    if (pass === undefined || location === undefined) return undefined
    const indent = /^\s*/.exec(lineAt(survey, file.path, directive.line) ?? '')?.[0] ?? ''
    return [
      { line: location.line + 1, remove: 0, insert: [`${indent}set ${variable} ${target.address};`] },
      ...pass,
    ]
  })
  return edits.every((edit) => edit !== undefined) ? edits.flat() : undefined
}
