import type { Dependency } from '../compose-model.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { readBoolean } from './scalars.ts'
import { childOf, entriesOf, itemsOf, textOf } from './tree.ts'

const CONDITIONS: readonly Dependency['condition'][] = [
  'service_started',
  'service_healthy',
  'service_completed_successfully',
]

/** `depends_on`, and the services that the older `links` name. Whether those exist is checked over the whole file. */
export function readDependencies(reading: ServiceReading): Record<string, Dependency> {
  checkLinks(reading)
  const named = entriesOf(keyOf(reading, 'depends_on')).map(([name, { value }]): [string, Dependency] => {
    const text = textOf(childOf(value, 'condition'))
    const condition = CONDITIONS.find((known) => known === text) ?? 'service_started'
    const restart = childOf(value, 'restart')
    // One that follows from a link was not asked for by anybody, and stands where the link does.
    if (restart && restart.at !== value.at && readBoolean(restart, reading.findings) === true) {
      reading.findings.warn(
        restart.at,
        `depends_on.${name}.restart has no effect here`,
        'A release never restarts what it does not replace.',
      )
    }
    return [name, { condition, required: readBoolean(childOf(value, 'required'), reading.findings) ?? true }]
  })
  return Object.fromEntries(named)
}

/** A link under another name would be known to one service alone. */
function checkLinks(reading: ServiceReading): void {
  for (const item of itemsOf(keyOf(reading, 'links'))) {
    const [name = '', alias = name] = (textOf(item) ?? '').split(':')
    if (alias === name) continue
    const hint = `Give ${name} the alias on a network both join: networks: {…: {aliases: [${alias}]}}.`
    reading.findings.problem(
      item.at,
      `the link ${name}:${alias} cannot be honoured: a name that only one service knows`,
      hint,
    )
  }
}
