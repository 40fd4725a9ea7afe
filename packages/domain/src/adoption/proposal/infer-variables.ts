import { environmentOf, variablesIn } from '../../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey } from '../finding.ts'
import { unsetIn } from '../trap/unset-variables.ts'
import { imageVariable } from './infer-image.ts'
import type { Proposal, ProposedService, Told } from './proposal.ts'
import { settingRow } from './setting-row.ts'

const SECRET_NAME =
  /PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE|DSN|(?:^|_)KEY(?:_|$)|(?:DATABASE|REDIS|MONGO|AMQP|DB)_UR[IL]$/

/** What compose asks for: values that are known by now, and the rest by what its name looks like. */
export function variablesOf(
  survey: AdoptionSurvey,
  apps: readonly AdoptedService[],
  services: readonly ProposedService[],
): Pick<Proposal, 'known' | 'plain' | 'secret'> {
  const url = databaseUrl(apps)?.value.replace('secret:', '')
  const isSecret = (name: string): boolean => SECRET_NAME.test(name) || name === url
  const asked = askedIn(survey)
  // Compose takes its .env by itself, a release only what towpath.yaml names: what the one says goes over to the other.
  const given = [...survey.variables].filter(([name]) => asked.has(name))
  const known = new Map([
    ...given.filter(([name, value]) => !isSecret(name) && settingRow(name, value) !== null),
    ...apps.flatMap((app) => imageVariableOf(app, services)),
    ...apps.flatMap((app) => portVariables(app, services)),
  ])
  // Where a developer's sources are is nothing that a host needs to know.
  const names = [...unsetIn(survey).map(({ name }) => name), ...given.map(([name]) => name)]
  const open = [...new Set(url === undefined ? names : [...names, url])].filter(
    (name) => !name.includes('BUILD_CONTEXT') && !known.has(name),
  )
  return { known, plain: open.filter((name) => !isSecret(name)), secret: open.filter(isSecret) }
}

/** Names of every variable that the compose files ask for, defaults or not. */
const askedIn = ({ compose, files }: AdoptionSurvey): Set<string> =>
  new Set(
    (compose?.files ?? []).flatMap((file) =>
      variablesIn(files.texts.get(file) ?? '').map(({ name }) => name),
    ),
  )

/** The variable that holds the image, with the answer to what it is. */
function imageVariableOf(
  { written }: AdoptedService,
  services: readonly ProposedService[],
): [string, string][] {
  const variable = imageVariable(written)
  const image = services.find(({ compose }) => compose === written.name)?.image.value
  return variable === null || image === undefined ? [] : [[variable, image]]
}

/** Variables by which a service is told its own port, where another file says which one that is. */
function portVariables(
  { written }: AdoptedService,
  services: readonly ProposedService[],
): [string, string][] {
  const port = services.find(({ compose }) => compose === written.name)?.port
  if (port === undefined || port.source === null) return []
  return [...environmentOf(written)].flatMap(([name, { text }]): [string, string][] => {
    const variable = /^\$\{(\w+)(?::?-[^}]*)?\}$/.exec(text)?.[1]
    const isOwn =
      name === 'PORT' ||
      (name === variable &&
        /^(?:BACKEND|FRONTEND|API|APP|WEB|SERVER|HTTP|SERVICE)(?:_SERVICE|_SERVER|_HTTP|_APP)?_PORT$/.test(
          name,
        ))
    return variable !== undefined && isOwn ? [[variable, String(port.value)]] : []
  })
}

/** The variable that holds the whole URL of the database, where one does. */
export function databaseUrl(apps: readonly AdoptedService[]): Told<string> | null {
  for (const { written } of apps)
    for (const [, { text, file, line }] of environmentOf(written)) {
      const name = /^\$\{?(\w{0,60}(?:DATABASE|POSTGRES|DB|PG)\w{0,60}UR[IL])\}?$/.exec(text)?.[1]
      if (name !== undefined) return { value: `secret:${name}`, source: { file, line } }
    }
  return null
}
