import type { Proposal, ProposedJob, ProposedService, Source, Told } from './proposal.ts'
import { isPlaceholder, perEnvironment } from './propose.ts'

/** Where the editor finds the schema; written beside the file. */
export const schemaPath = 'towpath.schema.json'

/** The text of `towpath.yaml`: every value with a comment that says where it was read, or that nobody said it. */
export function renderConfig(proposal: Proposal): string {
  const { project, composeFiles, services, jobs, accessories } = proposal
  const compose =
    composeFiles.length === 1 ? scalar(composeFiles[0] ?? '') : `[${composeFiles.map(scalar).join(', ')}]`
  const left = accessories.map(({ name }) => name).join(', ')
  return `${[
    `# yaml-language-server: $schema=./${schemaPath}`,
    '# Written by towpath init. It is yours now: no command writes it again.',
    'version: 1',
    `project: ${scalar(project)}`,
    `compose: ${compose} # stays as it is: images, ports, volumes and networks are its business`,
    '',
    left === ''
      ? '# What Towpath ships.'
      : `# What Towpath ships. Not here, so started once and then left alone: ${left}.`,
    'services:',
    ...services.flatMap(serviceRows),
    ...jobs.flatMap(jobRows),
    '',
    ...databaseRows(proposal),
    'defaults:',
    ...defaultRows(proposal),
    '',
    'environments:',
    ...proposal.environments.flatMap((environment, at) => environmentRows(proposal, { environment, at })),
  ].join('\n')}\n`
}

/** Plain where YAML reads it as the same text; else in double quotes. */
function scalar(text: string): string {
  const isPlain =
    /^[A-Za-z_./][\w./:@-]*$/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|~)$/i.test(text) &&
    !text.endsWith(':')
  return isPlain ? text : JSON.stringify(text)
}

const placeText = ({ file, line }: Source): string => (line === null ? file : `${file}:${line}`)

const CHECK_ME = 'CHECK ME: nothing in the repository says so'

function because({ source, isSaid = false }: Told<unknown>): string {
  if (isSaid) return '# as you said'
  return `# ${source === null ? CHECK_ME : placeText(source)}`
}

function serviceRows(service: ProposedService): string[] {
  const { name, compose, at, image, port, healthPath, single, connections } = service
  return [
    `  ${name}: # ${placeText(at)}`,
    `    compose: ${scalar(compose)}`,
    `    image: ${scalar(image.value)} ${isPlaceholder(image.value) ? '# CHECK ME: where its images are, without a tag' : because(image)}`,
    '    health: # asked through the edge; a release takes traffic only once it answers',
    `      path: ${scalar(healthPath.value)} ${because(healthPath)}`,
    `      port: ${port.value} ${because(port)}`,
    ...(single === null ? [] : [`    single: true # it keeps streams in memory: ${placeText(single)}`]),
    ...connectionRows(connections),
  ]
}

const connectionRows = (connections: ProposedService['connections']): string[] => {
  if (connections === null) return []
  return connections.source === null
    ? [
        `    # connections: ${connections.value} # what its pool opens when nobody says anything; say it, so that a plan can tell whether two fit`,
      ]
    : [`    connections: ${connections.value} ${because(connections)}`]
}

const jobRows = ({ name, compose, at, image, migrates }: ProposedJob): string[] => [
  `  ${name}: # runs once per deployment, before the switch; ${placeText(at)}`,
  `    compose: ${scalar(compose)}`,
  '    job: true',
  `    image: ${scalar(image)}${image.includes('/') ? ' # CHECK ME: where its images are, without a tag' : ` # the build of ${image}`}`,
  ...(migrates ? ['    migrates: true # so a plan says what going back costs'] : []),
]

function databaseRows({ databaseUrl, ceiling, secret }: Proposal): string[] {
  if (databaseUrl === null)
    return [
      '# Asked before every deployment, once a secret holds its whole URL:',
      `# database: {url: secret:DATABASE_URL, ceiling: ${ceiling?.value ?? 100}}`,
      '',
    ]
  const isSealed = secret.includes(databaseUrl.value.replace('secret:', ''))
  const reference = isSealed ? databaseUrl.value : databaseUrl.value.replace('secret:', 'var:')
  return [
    'database:',
    `  url: ${reference} ${because(databaseUrl)}`,
    ceiling === null
      ? '  # ceiling: 100 # what SHOW max_connections says; a plan then tells whether two releases fit'
      : `  ceiling: ${ceiling.value} ${because(ceiling)}`,
    '',
  ]
}

function defaultRows({ services, plain, secret, known, folder, environments }: Proposal): string[] {
  const shared = environments.length === 1 ? folder.value : perEnvironment(folder.value)
  const hasShared = known.size > 0
  const settings = [
    ...(hasShared ? ['env/shared.env'] : []),
    ...(plain.length > 0 ? ['env/{environment}.env'] : []),
  ]
  const singles = services.filter(({ single }) => single !== null)
  return [
    ...(settings.length === 0
      ? []
      : [
          `  settings: [${settings.map((path) => JSON.stringify(path)).join(', ')}] # plain, reviewed in git; later over earlier`,
        ]),
    ...(secret.length === 0
      ? []
      : [
          `  secrets: ${JSON.stringify('secrets/{environment}.env.age')} # encrypted, in git: towpath secrets set NAME -e ENVIRONMENT`,
        ]),
    '  # On the Docker Engine of this machine; on another host: {docker: "ssh://deploy@app.example.com", folder: ...}',
    `  host: {folder: ${JSON.stringify(shared)}} ${because(folder)}`,
    '  strategy:',
    '    bake: 60s # how long a release is watched with the old one as backup',
    ...(singles.length === 0
      ? []
      : [
          `    services: {${singles.map(({ name }) => `${name}: handoff`).join(', ')}} # all at once, then each stream is cut once`,
        ]),
    '  keep: 5 # releases that can be taken back',
  ]
}

function environmentRows(
  proposal: Proposal,
  { environment, at }: { environment: Told<string>; at: number },
): string[] {
  const { environments, domain, folder, publishedPorts, hasFixedNames } = proposal
  const isLast = at === environments.length - 1
  const before = environments[at - 1]
  const rows = [
    ...(isLast && before !== undefined && !folder.value.includes('{environment}')
      ? [`    host: {folder: ${JSON.stringify(folder.value)}} ${because(folder)}`]
      : []),
    ...(isLast && domain !== null ? [`    domain: ${scalar(domain.value)} ${because(domain)}`] : []),
    ...(isLast && before !== undefined
      ? [
          `    needs: {${before.value}: {baked: 10m}} # the same digests, ten minutes without trouble`,
          '    approvals: 1 # never the author',
          ...gateRows,
        ]
      : []),
    ...(isLast ? [] : besideRows({ name: environment.value, publishedPorts, hasFixedNames })),
  ]
  const head = `  ${environment.value}:`
  return [rows.length === 0 ? `${head} {}` : head, ...rows]
}

/** Host port -> one that nothing else here has, for the same services a second time. */
export function portsBeside(published: readonly number[]): Map<number, number> {
  const taken = new Set(published)
  return new Map(
    published.flatMap((port): [number, number][] => {
      const first = port < 1024 ? port + 8000 : port + 1000
      const free = Array.from({ length: 2 * published.length + 1 }, (_, at) => first + at)
        // Past the last port it begins again above the ones that need a right of their own.
        .map((wanted) => (wanted > 65_535 ? wanted - 64_512 : wanted))
        .find((wanted) => !taken.has(wanted))
      if (free === undefined) return []
      taken.add(free)
      return [[port, free]]
    }),
  )
}

/** On from the start is what the workflow below brings with nothing else set up; the others wait for their evidence. */
const gateRows: readonly string[] = [
  '    gates: # evidence that has to be there: towpath evidence add FILE',
  '      evidence: [secrets] # and, once CI brings them: audit, image-scan, sbom-present, pinning, tests',
]

function besideRows({
  name,
  publishedPorts,
  hasFixedNames,
}: {
  name: string
  publishedPorts: readonly number[]
  hasFixedNames: boolean
}): string[] {
  const ports = [...portsBeside(publishedPorts)].map(([port, other]) => `${port}: ${other}`)
  if (ports.length === 0 && !hasFixedNames) return []
  return [
    '    map: # so that it fits beside the others on one Docker Engine, with the same compose file',
    ...(hasFixedNames ? [`      names: ${name}-`] : []),
    ...(ports.length === 0 ? [] : [`      ports: {${ports.join(', ')}}`]),
  ]
}
