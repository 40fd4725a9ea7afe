import { dependenciesOf } from '../../repository/written-compose.ts'
import type { Trap } from '../finding.ts'

/** Started is not ready: what comes up after it meets a closed port. */
export const startOrder: Trap = {
  id: 'start-order',
  passes: 'what waits for a service waits until it is healthy',
  look: (survey) => {
    const lasting = new Map(
      survey.services
        .filter(({ role }) => role !== 'migrator' && role !== 'job')
        .map((service) => [service.written.name, service]),
    )
    const waiting = survey.services.flatMap(({ written }) =>
      dependenciesOf(written).flatMap((dependency) =>
        lasting.has(dependency.on) ? [{ written, dependency }] : [],
      ),
    )
    if (waiting.length === 0) return null
    return waiting
      .filter(({ dependency }) => dependency.condition === 'service_started')
      .map(({ written, dependency: { on, file, line, isListed } }) => ({
        ...{ status: 'warn', file, line },
        message: `${written.name} starts as soon as ${on} has a process, not when it answers${isListed ? ' (list form of depends_on)' : ''}: its first requests fail`,
        fix: `give ${on} a healthcheck, then: depends_on: {${on}: {condition: service_healthy}}`,
      }))
  },
}
