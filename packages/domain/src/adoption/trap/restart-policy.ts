import { childIn, textIn } from '../../repository/placed-yaml.ts'
import { valueOf } from '../../repository/written-compose.ts'
import type { WrittenService } from '../../repository/written-compose.ts'
import type { Trap } from '../finding.ts'
import { insertKey } from '../line-edits.ts'

/** A container without a restart policy stays down after a crash, and after every reboot of the host. */
export const restartPolicy: Trap = {
  id: 'restart-policy',
  passes: 'every lasting service comes back after a crash and a reboot',
  look: (survey) => {
    const lasting = survey.services.filter(({ role }) => role !== 'job' && role !== 'migrator')
    if (lasting.length === 0) return null
    return lasting.flatMap(({ written, shippedAs }) => {
      if (isRestarted(written)) return []
      const edits = insertKey(survey, written, 'restart: unless-stopped')
      // Standing work starts what Towpath ships again; an accessory has only its own policy.
      const status = written.isWhole ? (shippedAs === null ? 'fail' : 'warn') : 'unknown'
      const own = valueOf(written, 'restart')
      return [
        {
          status,
          ...{ file: own?.file ?? written.file, line: own?.line ?? written.line },
          message: `${written.name} has no restart policy: it stays down after a crash and after a reboot of the host`,
          fix: 'restart: unless-stopped',
          ...(edits === undefined || own !== undefined ? {} : { edits }),
        },
      ]
    })
  },
}

function isRestarted(service: WrittenService): boolean {
  const restart = textIn(valueOf(service, 'restart')?.value)
  const swarm = textIn(childIn(childIn(valueOf(service, 'deploy')?.value, 'restart_policy'), 'condition'))
  if (restart === undefined) return swarm !== undefined && swarm !== 'none'
  // A variable may hold anything; what it holds is said by who sets it.
  return restart !== 'no' && restart !== 'false'
}
