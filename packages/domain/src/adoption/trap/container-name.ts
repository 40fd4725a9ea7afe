import { textIn } from '../../repository/placed-yaml.ts'
import { valueOf } from '../../repository/written-compose.ts'
import type { Trap } from '../finding.ts'
import { provenSet } from '../proven-edit.ts'

/** A fixed name belongs to one container at a time, so an old and a new one cannot run side by side. */
export const containerName: Trap = {
  id: 'container-name',
  passes: 'no container name is fixed',
  look: (survey) => {
    if (survey.services.length === 0) return null
    return survey.services.flatMap(({ written, role }) => {
      const fixed = valueOf(written, 'container_name')
      const name = textIn(fixed?.value)
      if (fixed === undefined || name === undefined) return []
      const callers = survey.commands.filter(
        ({ text }) => /\b(?:docker|podman)\b/.test(text) && mentions(text, name),
      )
      const called = callers.map(({ file, line }) => `${file}:${line}`).slice(0, 5)
      // Compose gives every service its own name in the network, so nothing is lost where both are the same.
      const isSpare = name === written.name && called.length === 0
      const lasting = role === 'app'
      const edits = isSpare
        ? provenSet(
            survey,
            { file: fixed.file, edits: [{ line: fixed.line, remove: 1, insert: [] }] },
            { path: ['services', written.name, 'container_name'], value: undefined },
          )
        : undefined
      return [
        {
          status: 'warn' as const,
          ...{ file: fixed.file, line: fixed.line },
          message:
            `${written.name} has the fixed container name ${name}: two of it cannot run side by side, nor two environments on one host` +
            (called.length === 0 ? '' : `; it is called by that name in ${called.join(', ')}`),
          fix: isSpare
            ? 'take the line away: the service has the same name in its network without it'
            : lasting
              ? `Towpath keeps ${name} as the name of the service in its network; commands on the host find the container by the label towpath.service instead`
              : `it may stay while there is one environment a host; with two: map: {names: staging-} in towpath.yaml`,
          ...(edits === undefined ? {} : { edits }),
        },
      ]
    })
  },
}

/** The name as a whole word: `rust-app` is not in `rust-app-old`. */
export const mentions = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w.-])${name.replaceAll(/[^\w-]/g, '\\$&')}(?![\\w-]|\\.\\w)`).test(text)
