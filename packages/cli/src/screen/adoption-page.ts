import type { ProxyLine } from '@towpath/domain/adoption/running/proxy-lines.ts'
import type { AdoptionAnswer } from '../connection/shapes.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'

/** What adopting would record: who serves, from what, and where that differs from the files. */
export function adoptionPage(seen: AdoptionAnswer): Line[] {
  const { services, drift, notes, imports } = seen
  const width = Math.max(...services.map(({ service }) => service.length), 0)
  return [
    line(span('strong', `${seen.composeProject} as release ${seen.release} on ${seen.environment}`)),
    ...services.map(({ service, container, image, digest }) =>
      line(
        `  ${service.padEnd(width)}  ${container}  `,
        span('quiet', `${image} ${digest?.split('@')[1]?.slice(0, 19) ?? 'on this host alone'}`),
      ),
    ),
    ...drift.map((sentence) => line(span('warning', '  ▲ '), sentence)),
    ...notes.map((note) => line(span('warning', '  ▲ '), note)),
    ...(drift.length === 0 ? [line(span('good', '  ✔ '), 'what runs is what the files say')] : []),
    ...imports.map(({ version, schema }) =>
      line(
        '  + ',
        `${version}, from the registry: `,
        schema === 'unknown' ? 'nobody said that its schema is safe' : 'schema safe',
      ),
    ),
    line(span('quiet', `  The edge ${seen.edge} starts beside them; no container is restarted or changed.`)),
    ...seen.edgePorts.map(({ hostPort, containerPort }) =>
      line(span('quiet', `  It holds the host port ${hostPort} (${containerPort} inside).`)),
    ),
  ]
}

/** The one thing that is left to the person: where the proxy in front sends its requests. */
export function proxyPage(
  { edge, services, edgePorts }: AdoptionAnswer,
  lines: readonly ProxyLine[],
): Line[] {
  const [first] = services
  const found = lines.map(({ file, line: at, from, to }) =>
    line(`  ${file}:${at}  ${from}  ->  `, span('strong', to)),
  )
  const generic =
    first === undefined
      ? []
      : [
          line(
            `  ${first.names[0] ?? first.service}:${first.port}  ->  `,
            span('strong', `${edge}:${first.port}`),
          ),
        ]
  return [
    blank,
    line(span('strong', 'Yours to do: send your proxy to the edge, and reload it (nginx -s reload)')),
    ...(found.length > 0 ? found : generic),
    ...edgePorts.map(({ hostPort, containerPort }) =>
      line(`  a proxy on the host itself: 127.0.0.1:${hostPort} (for ${containerPort} inside)`),
    ),
    line(
      span(
        'quiet',
        '  Until then requests go to the containers as before, and a deployment would not be seen by them.',
      ),
    ),
  ]
}
