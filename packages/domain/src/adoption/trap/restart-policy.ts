import { childIn, textIn } from '../../repository/placed-yaml.ts'
import { settledText, valueOf } from '../../repository/written-compose.ts'
import type { WrittenService, WrittenValue } from '../../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { insertKey, replaceScalar } from '../line-edits.ts'

/** A container without a restart policy stays down after a crash, and after every reboot of the host. */
export const restartPolicy: Trap = {
  id: 'restart-policy',
  passes: 'every lasting service comes back after a crash and a reboot',
  look: (survey) => {
    const lasting = survey.services.filter(({ role }) => role !== 'job' && role !== 'migrator')
    return lasting.length === 0 ? null : lasting.flatMap((service) => judged(survey, service))
  },
}

const MENDED = 'restart: unless-stopped'

function judged(survey: AdoptionSurvey, { written, shippedAs }: AdoptedService): Finding[] {
  const own = policyOf(written)
  const text = own === null ? 'no' : settledText(own.text, survey.variables)
  const why = text === null ? WHY_UNSAID : whyDown(text)
  if (why === null) return []
  // Standing work starts what Towpath ships again; an accessory has only its own policy.
  const known = shippedAs === null ? 'fail' : 'warn'
  const edits = editsFor(survey, written, own)
  return [
    {
      status: written.isWhole && text !== null ? known : 'unknown',
      ...{ file: own?.at.file ?? written.file, line: own?.at.line ?? written.line },
      message: `${written.name} ${why}`,
      fix: MENDED,
      ...(edits === undefined ? {} : { edits }),
    },
  ]
}

interface Policy {
  /** As written, variables in it. */
  text: string
  at: WrittenValue
  isSwarm: boolean
}

/** What compose goes by: `deploy.restart_policy` before `restart`; null where neither is there. */
function policyOf(service: WrittenService): Policy | null {
  const deploy = valueOf(service, 'deploy')
  const swarm = childIn(deploy?.value, 'restart_policy')
  if (deploy !== undefined && swarm !== undefined)
    return { text: textIn(childIn(swarm, 'condition')) ?? 'any', at: deploy, isSwarm: true }
  const restart = valueOf(service, 'restart')
  const text = textIn(restart?.value)
  return restart === undefined || text === undefined ? null : { text, at: restart, isSwarm: false }
}

const WHY_UNSAID = 'is started again by a policy that only a variable knows, and nothing here sets it'

/**
 * Why a service with this policy does not come back; null where it does. Docker starts `on-failure` again by the code
 * that the program ended with: one that ends well on SIGTERM, as it should when the host goes down, ends with 0.
 */
function whyDown(policy: string): string | null {
  if (/^(?:no|none|false)?$/.test(policy))
    return 'has no restart policy: it stays down after a crash and after a reboot of the host'
  const onFailure = /^on-failure(?::(\d+))?$/.exec(policy)
  if (onFailure === null) return null
  const [, tries] = onFailure
  const givesUp = tries === undefined ? '' : `, and after ${tries} failures in a row Docker gives up`
  return `has ${policy}: it stays down after a reboot of the host when it ended with 0, as a program that heeds SIGTERM does${givesUp}`
}

/** Nothing where a person has said "no", or says it for a swarm too. */
function editsFor(survey: AdoptionSurvey, written: WrittenService, own: Policy | null): Finding['edits'] {
  if (own === null)
    return insertKey(survey, written, { key: 'restart', value: 'unless-stopped', row: MENDED })
  if (own.isSwarm || !/^on-failure(?::\d+)?$/.test(own.text)) return undefined
  return replaceScalar(survey, own.at, { from: own.text, to: 'unless-stopped' })
}
