import { finalStages, lastOf } from '../../repository/dockerfile.ts'
import { childIn, textIn } from '../../repository/placed-yaml.ts'
import { valueOf } from '../../repository/written-compose.ts'
import { builtFrom } from '../dockerfile-of.ts'
import type { BuiltFrom } from '../dockerfile-of.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** Without a health check "started" is all that Docker knows, and a release that never works looks like one that does. */
export const healthCheck: Trap = {
  id: 'health-check',
  passes: 'every service that serves can be asked whether it works',
  look: (survey) => {
    const serving = survey.services.filter(
      ({ role }) => role === 'app' || role === 'proxy' || role === 'database',
    )
    if (serving.length === 0) return null
    return serving.flatMap((service) => missing(survey, service))
  },
}

function missing(survey: AdoptionSurvey, { written, role, shippedAs }: AdoptedService): Finding[] {
  // `towpath.yaml` cannot ship a service without `health`, and the edge asks it.
  if (shippedAs !== null) return []
  const check = valueOf(written, 'healthcheck')
  if (check !== undefined && isOff(check.value))
    return [
      {
        ...{ status: statusOf(role, true), file: check.file, line: check.line },
        message: `${written.name} has its health check switched off`,
        fix: fixOf(role),
      },
    ]
  const built = builtFrom(survey, written)
  if (check !== undefined || (built !== null && hasOne(built))) return []
  return [
    {
      ...{ status: statusOf(role, written.isWhole), file: written.file, line: written.line },
      message: `${written.name} has no health check${built === null ? '' : `, and ${built.dockerfile.path} has none either`}: a process that hangs counts as running`,
      fix: fixOf(role),
    },
  ]
}

function statusOf(role: AdoptedService['role'], isWhole: boolean): Finding['status'] {
  if (role !== 'app') return 'warn'
  return isWhole ? 'fail' : 'unknown'
}

function hasOne({ dockerfile, target }: BuiltFrom): boolean {
  const line = lastOf(finalStages(dockerfile, target), 'HEALTHCHECK')
  return line !== undefined && line.text.toUpperCase() !== 'NONE'
}

const fixOf = (role: AdoptedService['role']): string =>
  role === 'app'
    ? 'say in towpath.yaml where it answers, and the edge asks it (nothing is needed in the image): health: {path: /health, port: PORT}'
    : `healthcheck: {test: ${probeOf(role)}, interval: 10s, timeout: 3s, retries: 3}`

const isOff = (value: Parameters<typeof childIn>[0]): boolean => {
  const test = childIn(value, 'test')
  const first = test?.kind === 'list' ? textIn(test.items[0]) : textIn(test)
  return textIn(childIn(value, 'disable')) === 'true' || first === 'NONE'
}

const probeOf = (role: AdoptedService['role']): string =>
  role === 'database'
    ? '[CMD-SHELL, "pg_isready -U $$POSTGRES_USER"] (for PostgreSQL)'
    : '[CMD-SHELL, "wget -q -O /dev/null http://127.0.0.1/ || exit 1"]'
