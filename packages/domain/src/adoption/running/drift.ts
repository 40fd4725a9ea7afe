import type { ContainerSpec, Mount, RestartPolicy } from '../../deployment/container.ts'
import type { AdoptedFacts } from './adoption-record.ts'
import type { FoundContainer } from './found-container.ts'

/** What the files say of a service, with secrets filled in: for comparing in memory alone. */
export interface Written {
  /** As in the compose file; null where only a build is named. */
  image: string | null
  spec: Pick<ContainerSpec, 'command' | 'entrypoint' | 'environment' | 'mounts' | 'networks' | 'restart'>
  user?: string | undefined
}

export type EnvironmentFacts = AdoptedFacts['environment']

/** Each variable by name, never by value. What the image sets by itself is nobody's choice and is left out. */
export function compareEnvironment(
  running: Pick<FoundContainer, 'environment' | 'imageEnvironment'>,
  written: Readonly<Record<string, string>>,
): EnvironmentFacts {
  const { environment, imageEnvironment } = running
  const names = new Set([...Object.keys(environment), ...Object.keys(written)])
  const facts: EnvironmentFacts = {}
  for (const name of [...names].toSorted()) {
    const [runs, says] = [valueOf(environment, name), valueOf(written, name)]
    if (says === undefined && runs === valueOf(imageEnvironment, name)) continue
    if (runs === undefined) facts[name] = 'only-files'
    else if (says === undefined) facts[name] = 'only-running'
    else facts[name] = runs === says ? 'same' : 'differs'
  }
  return facts
}

const valueOf = (record: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/**
 * Where a running container differs from what the files would make, one sentence each. Host ports are left out: they go
 * to the edge whatever the container holds. No value of a variable is in any sentence.
 */
export function driftOf(running: FoundContainer, written: Written, service: string): string[] {
  const { spec } = written
  const facts = compareEnvironment(running, spec.environment)
  const of = (kind: EnvironmentFacts[string]): string[] =>
    Object.keys(facts).filter((name) => facts[name] === kind)
  const differs = (what: string, runs: string, says: string): string[] =>
    runs === says ? [] : [`${what} is ${runs || 'empty'}, the files say ${says || 'none'}`]
  const listed = (names: string[], says: string): string[] =>
    names.length === 0 ? [] : [`${says}: ${names.join(', ')}`]
  const sentences = [
    ...(written.image === null ? [] : differs('image', running.image, written.image)),
    ...(spec.command === null || spec.command.length === 0
      ? []
      : differs('command', JSON.stringify(running.command ?? []), JSON.stringify(spec.command))),
    ...(spec.entrypoint === null || spec.entrypoint.length === 0
      ? []
      : differs('entrypoint', JSON.stringify(running.entrypoint ?? []), JSON.stringify(spec.entrypoint))),
    ...listed(of('differs'), 'variables with another value than in the files'),
    ...listed(of('only-running'), 'variables that the files do not set'),
    ...listed(of('only-files'), 'variables of the files that it runs without'),
    ...differs('mounts', mountsText(running.mounts), mountsText(spec.mounts)),
    ...differs(
      'networks',
      namesText(Object.keys(running.networks)),
      namesText(spec.networks.map(({ network }) => network)),
    ),
    ...differs('restart', restartText(running.restart), restartText(spec.restart)),
    ...(written.user === undefined ? [] : differs('user', running.user, written.user)),
  ]
  return sentences.map((sentence) => `${service} (${running.name}): ${sentence}`)
}

const namesText = (names: readonly string[]): string => [...names].toSorted().join(', ')

const mountsText = (mounts: readonly Mount[]): string =>
  namesText(
    mounts.map((mount) =>
      mount.type === 'tmpfs' || (mount.type === 'volume' && mount.source === '')
        ? `${mount.target} (${mount.type})`
        : `${mount.source}:${mount.target}${mount.readOnly ? ':ro' : ''}`,
    ),
  )

const restartText = (restart: RestartPolicy): string =>
  restart.name === 'on-failure' ? `on-failure:${restart.retries}` : restart.name
