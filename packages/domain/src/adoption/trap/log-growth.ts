import { childIn, textIn } from '../../repository/placed-yaml.ts'
import { scalarsIn } from '../../repository/placed-yaml.ts'
import { valueOf } from '../../repository/written-compose.ts'
import type { WrittenService } from '../../repository/written-compose.ts'
import type { Finding, Trap } from '../finding.ts'

/** Docker's own log files grow without end, and a full disk stops deployments and databases alike. */
export const logGrowth: Trap = {
  id: 'log-growth',
  passes: 'every log has an end',
  look: (survey) => {
    const lasting = survey.services
      .filter(({ role }) => role !== 'job' && role !== 'migrator')
      .map(({ written }) => written)
    if (lasting.length === 0) return null
    const unbounded = lasting.filter((service) => service.isWhole && !isBounded(service))
    const [first] = unbounded
    return [...(first === undefined ? [] : [unboundedLogs(first, unbounded)]), ...lasting.flatMap(logFolder)]
  },
}

const unboundedLogs = ({ file, line }: WrittenService, all: readonly WrittenService[]): Finding => ({
  ...{ status: 'warn', file, line },
  message: `the logs of ${all.map(({ name }) => name).join(', ')} have no limit in this file: unless daemon.json of the host has one, they grow until the disk is full`,
  fix: 'logging: {driver: local} (kept to 100 MB each), here or for the whole host in daemon.json',
})

function isBounded(service: WrittenService): boolean {
  const logging = valueOf(service, 'logging')?.value
  const driver = textIn(childIn(logging, 'driver'))
  if (driver !== undefined && driver !== 'json-file') return true
  return textIn(childIn(childIn(logging, 'options'), 'max-size')) !== undefined
}

/** A folder of logs on the host is nobody's to turn over. */
function logFolder(service: WrittenService): Finding[] {
  const volumes = valueOf(service, 'volumes')
  return scalarsIn(volumes?.value).flatMap(({ text, line }): Finding[] => {
    const [source = '', target = ''] = text.split(':')
    if (!/^\/var\/log(?:\/|$)/.test(target) || !/^[./]/.test(source) || /:ro\b/.test(text)) return []
    return [
      {
        ...{ status: 'warn', file: volumes?.file ?? service.file, line },
        message: `${service.name} writes log files into ${source} on the host, and nothing here turns them over`,
        fix: 'leave the mount out, so that the log goes to docker logs; or a logrotate rule for it on the host',
      },
    ]
  })
}
