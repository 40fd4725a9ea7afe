import type { Command, CommandKind } from '@towpath/domain/deployment/command.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EventData } from '@towpath/domain/ledger/event-data.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { Installation, SecretValues } from '../installation.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import type { Edge, EdgeSpec } from '../ports/edge.ts'

/** What a command has at hand: the deployment as it stands, its pinned inputs, and the host it acts on. */
export interface Performing {
  installation: Installation
  deployment: Deployment
  config: ResolvedConfig
  secrets: SecretValues
  engine: ContainerEngine
  edge: Edge
  edgeSpec: EdgeSpec
  /** Aborts when the controller stops; nothing is appended then. */
  signal: AbortSignal
  /** True once a person turned the deployment round: long waits end early, without an event. */
  isTurned(): Promise<boolean>
}

/** The event that a performed command leads to; null when it was interrupted and has to be decided anew. */
export type Performed =
  | {
      [T in keyof EventData]: { type: T; data: EventData[T] }
    }[keyof EventData]
  | null

export type Perform<K extends CommandKind> = (
  performing: Performing,
  command: Command & { do: K },
) => Promise<Performed>
