import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

export const alreadyManaged = (environment: string, release: string): TowpathError =>
  new TowpathError({
    code: 'ALREADY_MANAGED',
    kind: 'conflict',
    message: `${environment} is Towpath's already: ${release} is live there.`,
    hint: `To begin anew from what runs, give it back first: towpath eject ${environment}. Nothing was changed.`,
  })

export const inMotion = (environment: string): TowpathError =>
  new TowpathError({
    code: 'ENVIRONMENT_IN_MOTION',
    kind: 'locked',
    message: `Something is on its way on ${environment}.`,
    hint: `Wait for it, or end it: towpath status -e ${environment}. Nothing was changed.`,
  })

export const projectUnnamed = (facts: {
  environment: string
  assumed: string
  running: readonly string[]
}): TowpathError => {
  const { environment, assumed, running } = facts
  const [name = 'NAME'] = running
  return new TowpathError({
    code: 'COMPOSE_PROJECT_UNNAMED',
    kind: 'usage',
    message:
      running.length === 0
        ? `No compose project on the host runs every service of towpath.yaml, and it names none for ${environment}.`
        : `What runs is the compose project ${running.join(', or ')}, and towpath.yaml does not name it: networks and volumes would be called after ${assumed}.`,
    hint: `Add to environments.${environment} of towpath.yaml: map: {project: ${name}}. Nothing was changed.`,
    detail: { running: [...running] },
  })
}

export const nothingBehind = (
  environment: string,
  services: readonly { service: string; compose: string }[],
): TowpathError =>
  new TowpathError({
    code: 'EJECT_NOTHING_BEHIND',
    kind: 'conflict',
    message: `No container of your own Compose runs for ${services.map(({ service }) => service).join(', ')}, so taking the edge out would leave nobody to serve.`,
    hint: `On the host, start ${services.map(({ compose }) => compose).join(', ')} with towpath-eject/start.sh, send your proxy there, then: towpath eject ${environment}. Nothing was changed.`,
    detail: { services: services.map(({ service }) => service) },
  })

export const stillUsed = (
  environment: string,
  { edge, asked, open }: { edge: string; asked: number; open: number },
): TowpathError =>
  new TowpathError({
    code: 'EDGE_STILL_USED',
    kind: 'conflict',
    message: `The edge of ${environment} is still asked: ${asked} requests just now, ${open} open.`,
    hint: `Send your proxy past ${edge} and reload it (towpath eject ${environment} --dry-run says where to), then again; or take on that these are cut off: --now. Nothing was changed.`,
    detail: { asked, open },
  })
