import type { ContainerState } from '@towpath/app/ports/container-engine.ts'
import { z } from 'zod'
import { INSTALLATION_LABEL } from '../labels.ts'
import { readAnswer } from './client.ts'

/** What we read of `GET /containers/{id}/json`. */
const answerSchema = z.object({
  Id: z.string(),
  Image: z.string(),
  Name: z.string(),
  Config: z.object({
    Image: z.string(),
    Tty: z.boolean().default(false),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  State: z.object({
    Status: z.enum(['created', 'running', 'restarting', 'paused', 'exited', 'dead', 'removing']),
    ExitCode: z.number(),
    OOMKilled: z.boolean(),
    StartedAt: z.string(),
    Health: z
      .object({ Status: z.enum(['none', 'starting', 'healthy', 'unhealthy']).or(z.literal('')) })
      .nullish(),
  }),
  RestartCount: z.number(),
  NetworkSettings: z.object({
    Networks: z
      .record(z.string(), z.object({ IPAddress: z.string(), Aliases: z.array(z.string()).nullish() }))
      .nullish(),
  }),
})

/** A container as the engine shows it: the port's state, and what only this adapter needs. */
export interface InspectedContainer extends ContainerState {
  /** Names that other containers of a network reach it by: its own and its aliases. */
  namesOn: Record<string, string[]>
  installation: string | null
  hasTty: boolean
}

/** Reads the engine's answer to an inspect call. */
export function readContainer(body: unknown): InspectedContainer {
  const answer = readAnswer(answerSchema, body, 'read the state of a container')
  const networks = Object.entries(answer.NetworkSettings.Networks ?? {})
  const name = answer.Name.replace(/^\//, '')
  const labels = answer.Config.Labels ?? {}
  return {
    name,
    id: answer.Id,
    image: answer.Config.Image,
    imageId: answer.Image,
    labels,
    ...runOf(answer.State),
    restarts: answer.RestartCount,
    addresses: Object.fromEntries(
      networks
        .filter(([, { IPAddress }]) => IPAddress !== '')
        .map(([network, { IPAddress }]) => [network, IPAddress]),
    ),
    namesOn: Object.fromEntries(
      networks.map(([network, { Aliases }]) => [network, namesOf(name, answer.Id, Aliases ?? [])]),
    ),
    installation: labels[INSTALLATION_LABEL] ?? null,
    hasTty: answer.Config.Tty,
  }
}

/** The port's part of it, without what is ours alone. */
export function stateOf(inspected: InspectedContainer): ContainerState {
  const { namesOn: _names, installation: _installation, hasTty: _hasTty, ...state } = inspected
  return state
}

/** Docker writes the year 1 for "never". */
const NEVER = '0001-01-01T00:00:00Z'

function runOf(state: z.infer<typeof answerSchema>['State']) {
  const startedAt = state.StartedAt === NEVER ? null : state.StartedAt
  const runs = state.Status === 'running' || state.Status === 'paused'
  return {
    status: state.Status === 'removing' ? ('dead' as const) : state.Status,
    health: state.Health?.Status || ('none' as const),
    exitCode: startedAt === null || runs ? null : state.ExitCode,
    oomKilled: state.OOMKilled,
    startedAt,
  }
}

const SHORT_ID_LENGTH = 12

/** Engines before 25 list the short id among the aliases. */
const namesOf = (name: string, id: string, aliases: readonly string[]): string[] => [
  ...new Set([name, ...aliases.filter((alias) => alias !== id.slice(0, SHORT_ID_LENGTH))]),
]
