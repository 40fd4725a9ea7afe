import type { ResolvedConfig, ServiceConfig } from '../../config/resolved-config.ts'
import type { PublishedPort } from '../../deployment/container.ts'
import type { PlanProblem } from '../../deployment/plan-problems.ts'
import { replicaKey } from '../../edge/replica.ts'
import type { ComposeModel, ComposeService } from '../../project/compose-model.ts'
import type { Build } from '../../release/build.ts'
import { parseImageReference } from '../../release/image-reference.ts'
import { composeLabels, composeServiceOf } from './found-container.ts'
import type { FoundContainer } from './found-container.ts'

/** The container that takes a place of the release. */
export interface Seat {
  key: string
  service: string
  container: FoundContainer
}

export interface Running {
  seats: Seat[]
  builds: Build[]
  /** What cannot be held, all at once; with one of them nothing is adopted. */
  problems: PlanProblem[]
  /** What can, and should be known. */
  notes: string[]
}

export interface RunningInput {
  config: ResolvedConfig
  model: ComposeModel
  /** Containers of the compose project. */
  found: readonly FoundContainer[]
  /** Ids of adopted containers -> the environment that holds them. */
  heldBy: ReadonlyMap<string, string>
}

/** Finds the containers that serve what Towpath would ship, and says which of them it cannot hold. */
export function readRunning(input: RunningInput): Running {
  const running: Running = { seats: [], builds: [], problems: [], notes: [] }
  for (const service of input.config.services) {
    const composed = input.model.services[service.compose]
    if (composed !== undefined) readService(running, { service, composed, input })
  }
  return running
}

interface OneService {
  service: ServiceConfig
  composed: ComposeService
  input: RunningInput
}

function readService(running: Running, one: OneService): void {
  const { service, composed, input } = one
  const all = input.found.filter((container) => composeServiceOf(container) === service.compose)
  const serving = all.filter(({ status }) => status === 'running').toSorted(byNumber)
  const problems = [
    ...countProblems(one, { all, serving }),
    ...serving.flatMap((container) => containerProblems(one, container)),
    ...heldPorts(serving, composed, service.name),
  ]
  running.problems.push(...problems)
  if (problems.length > 0) return
  serving.forEach((container, index) =>
    running.seats.push({ key: replicaKey(service.name, index), service: service.name, container }),
  )
  const [first] = serving
  if (first === undefined) return
  const build = buildOf(service.name, first)
  running.builds.push(build)
  if (digestOf(first) === null)
    running.notes.push(
      `${service.name} runs an image that exists on this host alone (${first.image}): it can be gone back to only as long as ${first.name} is there`,
    )
}

const byNumber = (one: FoundContainer, other: FoundContainer): number =>
  numberOf(one) - numberOf(other) || (one.name < other.name ? -1 : 1)

const numberOf = ({ labels }: FoundContainer): number => Number(labels[composeLabels.number] ?? 1)

function countProblems(
  { service, composed }: OneService,
  { all, serving }: { all: FoundContainer[]; serving: FoundContainer[] },
): PlanProblem[] {
  const { name, compose } = service
  if (serving.length === composed.replicas && new Set(serving.map(({ imageId }) => imageId)).size === 1)
    return []
  if (serving.length === 0) {
    const stopped = all.map((container) => `${container.name} is ${container.status}`)
    return [
      {
        code: 'ADOPT_NOT_RUNNING',
        message: `${name} does not run: ${stopped.join(', ') || `the host has no container of the compose service ${compose}`}.`,
        hint: 'Start it as you always do, then adopt again.',
      },
    ]
  }
  const what = `${serving.length} containers run for it (${serving.map((one) => one.name).join(', ')})`
  return [
    serving.length === composed.replicas
      ? {
          code: 'ADOPT_MIXED',
          message: `${name} runs two versions at once: ${what}, and not of one image.`,
          hint: 'Bring all of them to one image first, then adopt again.',
        }
      : {
          code: 'ADOPT_COUNT',
          message: `${name} should run ${composed.replicas} times by the compose file (line ${composed.line}), and ${what}.`,
          hint: 'Make the file say what runs (deploy.replicas), or scale it, then adopt again.',
        },
  ]
}

function containerProblems({ service, input }: OneService, container: FoundContainer): PlanProblem[] {
  const holder = input.heldBy.get(container.id)
  const problems: PlanProblem[] = []
  if (holder !== undefined)
    problems.push({
      code: 'ADOPT_HELD',
      message: `${container.name} (${service.name}) was adopted by ${holder} already.`,
      hint: `Two environments cannot steer one container: towpath eject ${holder} first.`,
    })
  if (/^(?:host|none|container:.*)$/.test(container.networkMode))
    problems.push({
      code: 'ADOPT_NO_NETWORK',
      message: `${container.name} (${service.name}) runs with network_mode ${container.networkMode}, so no edge can stand in front of it.`,
      hint: 'Give it a compose network, or leave it out of towpath.yaml.',
    })
  return problems
}

/** Host ports that the edge would need and that the containers themselves hold for as long as they run. */
function heldPorts(serving: FoundContainer[], composed: ComposeService, service: string): PlanProblem[] {
  return serving.flatMap((container) =>
    container.ports
      .filter((held) => composed.ports.some((wanted) => isSamePort(held, wanted)))
      .map((held) => ({
        code: 'ADOPT_PORT_HELD',
        message: `${container.name} (${service}) holds the host port ${held.hostPort} itself, and the edge cannot have it as long as that container runs.`,
        hint: `Give the edge a port of its own (map: {ports: {${held.hostPort}: ${otherPort(held.hostPort)}}} in towpath.yaml), adopt, and send your proxy there. Without a proxy in front, the port goes over later and costs about a second: take the mapping out once a release has replaced the adopted container, and deploy with --replace-edge.`,
      })),
  )
}

const isSamePort = (one: PublishedPort, other: PublishedPort): boolean =>
  one.hostPort === other.hostPort && one.protocol === other.protocol

const otherPort = (port: number): number => (port + 10_000 < 65_536 ? port + 10_000 : port - 10_000)

/** By digest where a registry has it; an image of this host alone keeps what the engine knows it by. */
function buildOf(service: string, container: FoundContainer): Build {
  const parsed = parseImageReference(container.image)
  const known = digestOf(container)
  const [repository = '', digest = ''] = (known ?? `${container.image}@${container.imageId}`).split('@')
  const tag = parsed.ok ? parsed.reference.tag : null
  const own = parsed.ok ? `${parsed.reference.domain}/${parsed.reference.path}` : repository
  return { service, repository: known === null ? own : repository, digest, tag, commit: null }
}

/** The image by digest, in the repository it was asked for where it came from several. */
export function digestOf({ image, imageDigests }: FoundContainer): string | null {
  const asked = repositoryOf(image)
  return imageDigests.find((digest) => repositoryOf(digest) === asked) ?? imageDigests[0] ?? null
}

function repositoryOf(image: string): string | null {
  const parsed = parseImageReference(image)
  return parsed.ok ? `${parsed.reference.domain}/${parsed.reference.path}` : null
}

/** A name for the release that runs: the tag that all its images share, else the day it was adopted. */
export function adoptedVersion(builds: readonly Build[], now: string): string {
  const tags = new Set(builds.map(({ tag }) => tag))
  const [tag = null] = tags
  return tags.size === 1 && tag !== null && tag !== 'latest' ? tag : `adopted-${now.slice(0, 10)}`
}
