import type { ProxyLine } from '@towpath/domain/adoption/running/proxy-lines.ts'
import type { EjectionAnswer } from '../connection/shapes.ts'
import { line, span } from './line.ts'
import type { Line } from './line.ts'

/** What giving back comes to: who serves afterwards, what was written, and what is to be done by hand before. */
export function ejectionPage(
  seen: EjectionAnswer,
  written: readonly string[],
  past: readonly ProxyLine[],
): Line[] {
  const { services, environment, release, edge } = seen
  return [
    line(span('strong', `${environment} runs ${release}; without Towpath it is served by`)),
    ...services.map(({ service, behind }) =>
      behind.length > 0
        ? line(span('good', '  ✔ '), `${service}: ${behind.map(({ name }) => name).join(', ')}`)
        : line(span('bad', '  ✖ '), `${service}: nobody yet`),
    ),
    ...written.map((path) => line(span('quiet', `  wrote ${path}`))),
    line(span('strong', 'Yours to do first: send your proxy past the edge for now, and reload it')),
    ...(past.length > 0
      ? past.map(({ file, line: at, from, to }) => line(`  ${file}:${at}  ${from}  ->  `, span('strong', to)))
      : services.flatMap(({ port, behind: [first] }) =>
          first === undefined
            ? []
            : [line(`  ${edge}:${port}  ->  `, span('strong', `${first.alias}:${port}`))],
        )),
    line(
      span(
        'quiet',
        '  The names of the services themselves would lead to both for as long as the edge is there; once it is gone, write them again.',
      ),
    ),
  ]
}
