import { readNginx, walkNginx } from '../../repository/nginx-conf.ts'
import type { NginxDirective } from '../../repository/nginx-conf.ts'
import type { NginxFile } from '../../repository/survey.ts'
import { mentions } from './container-name.ts'
import { lineAt, replaceIn } from '../line-edits.ts'
import { editLines } from '../../repository/unified-patch.ts'
import type { LineEdit } from '../../repository/unified-patch.ts'
import { networkNames } from '../../repository/written-compose.ts'
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
  /** What a variable would lose: the path behind the address, and the location that it takes the place of. */
  path?: { uri: string; location: string | null }
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
  const direct = all.flatMap((walked) => directTarget(survey, walked, upstreams))
  const once = (target: Target, upstream: NginxDirective | null): Finding =>
    finding(survey, { file, target, hasResolver, upstream })
  return [
    ...pools.map((pool) => once(pool, pool.upstream)),
    ...direct.filter(({ isAsked }) => !isAsked).map((target) => once(target, null)),
    ...(hasResolver ? [] : direct.filter(({ isAsked }) => isAsked).map((target) => unresolved(file, target))),
  ]
}

/** Where traffic goes by name, upstreams left out: the name of one is no address, its servers are. */
function directTarget(
  survey: AdoptionSurvey,
  { directive, around }: { directive: NginxDirective; around: readonly NginxDirective[] },
  upstreams: readonly NginxDirective[],
): (Target & { isAsked: boolean })[] {
  const { name, args, line } = directive
  if (!/^(?:proxy|grpc|fastcgi|uwsgi)_pass$/.test(name)) return []
  const given = args[0] ?? ''
  const [, address = given, uri = ''] = /^(?:(?:https?|grpcs?):\/\/)?([^/$]+)(\/[^$]*)?/.exec(given) ?? []
  if (upstreams.some((upstream) => upstream.args[0] === address)) return []
  const target = targetOf(survey, address, line)
  // With any variable in it, $request_uri too, nginx looks the name up for each request.
  if (target === null) return []
  const path = uri === '' ? {} : { path: { uri, location: prefixOf(around) } }
  return [{ ...target, ...path, isAsked: given.includes('$') }]
}

/** What the location around a line begins with; null where it is no plain prefix. */
function prefixOf(around: readonly NginxDirective[]): string | null {
  const [prefix, ...more] = around.findLast((block) => block.name === 'location')?.args ?? []
  return more.length > 0 ? null : (prefix ?? null)
}

/** With a variable nginx passes the path as it came, so what stood behind the address has to be written as a rewrite. */
function rewriteFor({ path }: Target): string {
  if (path === undefined) return ''
  const { uri, location } = path
  return location === null
    ? ` rewrite the path to ${uri} as well (rewrite ... break;), which a variable does not;`
    : ` rewrite ^${location}(.*)$ ${uri}$1 break; after it;`
}

const unresolved = ({ path }: NginxFile, { service, address, line }: Target): Finding => ({
  ...{ status: 'fail', file: path, line },
  message: `${address}: with a variable behind it nginx looks ${service.written.name} up for each request, and no resolver says where: it answers 502`,
  fix: 'resolver 127.0.0.11 valid=10s;',
})

/** The service that an address of nginx means by its name or its container's. */
function targetOf({ services }: AdoptionSurvey, address: string, line: number): Target | null {
  if (address.includes('$')) return null
  const host = address.replace(/:\d+$/, '')
  const service = services.find(({ written }) => networkNames(written).includes(host))
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
    fix: `${hasResolver ? '' : 'resolver 127.0.0.11 valid=10s; and '}set ${variable} ${target.address}; first in the location,${rewriteFor(target)} then proxy_pass http://${variable};`,
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
  const edits = passes.map((pass) => passEdits(survey, file, { ...pass, name, target }))
  if (!edits.every((edit) => edit !== undefined)) return undefined
  const row = ({ name: word, args }: NginxDirective, depth: number): string =>
    [depth, word, ...args].join(' ')
  const wanted = [...walkNginx(file.directives)].flatMap(({ directive, around }) => [
    passes.some((pass) => pass.directive === directive)
      ? row({ ...directive, args: [`http://${variable}`] }, around.length)
      : row(directive, around.length),
    ...(passes.some((pass) => pass.around.at(-1) === directive)
      ? [`${around.length + 1} set ${variable} ${target.address}`]
      : []),
  ])
  const after = readNginx(editLines(file.text, edits.flat()))
  const rows = [...walkNginx(after.directives)].map(({ directive, around }) => row(directive, around.length))
  return after.ok && rows.join('\n') === wanted.join('\n') ? edits.flat() : undefined
}

interface Pass {
  directive: NginxDirective
  around: readonly NginxDirective[]
  name: string
  target: Target
}

/** One `proxy_pass` by a variable that its location sets first; only where it passes to the upstream and nothing more. */
function passEdits(
  survey: AdoptionSurvey,
  { path }: NginxFile,
  { directive, around, name, target }: Pass,
): LineEdit[] | undefined {
  const location = around.at(-1)
  if (location?.name !== 'location' || directive.args[0] !== `http://${name}`) return undefined
  const variable = variableOf(target)
  const pass = replaceIn(
    survey,
    { file: path, line: directive.line },
    { from: `proxy_pass http://${name};`, to: `proxy_pass http://${variable};` },
  )
  if (pass === undefined) return undefined
  const indent = /^\s*/.exec(lineAt(survey, path, directive.line) ?? '')?.[0] ?? ''
  const set = `${indent}set ${variable} ${target.address};`
  return [{ line: location.line + 1, remove: 0, insert: [set] }, ...pass]
}
