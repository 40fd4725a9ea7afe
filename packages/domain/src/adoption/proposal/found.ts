import type { Proposal, ProposedService, Source, Told } from './proposal.ts'

/** One thing that `init` read, for its page and its document. */
export interface Found {
  what: string
  says: string
  source: Source | null
}

/** Everything a proposal took from the repository, with its place. */
export function foundIn({
  services,
  jobs,
  accessories,
  databaseUrl,
  ceiling,
  folder,
  environments,
  domain,
}: Proposal): Found[] {
  const told = (what: string, value: Told<string | number> | null): Found[] =>
    value === null || value.source === null ? [] : [{ what, says: String(value.value), source: value.source }]
  return [
    ...services.flatMap((service) => [
      { what: service.name, says: serviceText(service), source: service.at },
    ]),
    ...services.flatMap(({ name, image, port, healthPath, single, connections }) => [
      ...told(`${name}: image`, image),
      ...told(`${name}: port`, port),
      ...told(`${name}: health`, healthPath),
      ...told(`${name}: connections`, connections),
      ...(single === null
        ? []
        : [{ what: `${name}: single`, says: 'it keeps streams in memory', source: single }]),
    ]),
    ...jobs.map(({ name, at, migrates }) => ({
      what: name,
      says: migrates ? 'migrates, once per deployment' : 'runs once per deployment',
      source: at,
    })),
    ...accessories.map(({ name, at, isWorker }) => ({
      what: name,
      says: isWorker ? 'takes no traffic: stays as it is' : 'stays as it is',
      source: at,
    })),
    ...told('database', databaseUrl),
    ...told('ceiling', ceiling),
    ...told('host folder', folder),
    ...environments.flatMap((environment) => told('environment', environment)),
    ...told('domain', domain),
  ]
}

const serviceText = ({ single, context }: ProposedService): string =>
  [
    single === null ? 'takes traffic' : 'takes traffic, one instance at a time',
    context === null ? 'built elsewhere' : 'built here',
  ].join(', ')
