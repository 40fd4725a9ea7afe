import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import { type EngineWay, engineClient } from './client.ts'
import { adoptedCalls } from './adopted.ts'
import { containerCalls } from './containers.ts'
import { hostCalls } from './host.ts'
import { imageCalls, type PullDeadlines } from './images.ts'
import { logCalls } from './logs.ts'
import { networkCalls } from './networks.ts'
import { liveRedactor } from './secret-redaction.ts'
import { volumeCalls } from './volumes.ts'

export interface DockerEngineOptions extends EngineWay {
  /** Values for the placeholders of container specs, asked for at each use; they also leave every log and error. */
  secrets: () => ReadonlyMap<string, string>
  /** Free bytes of a folder of the engine's, `null` where nobody can tell. Default: it is a folder of this machine. */
  freeBytes?: (folder: string) => Promise<number | null>
  /** Longest wait for an ordinary answer; starting, stopping and pulling have their own. Default 20 s. */
  callDeadlineMs?: number
  pullDeadlines?: Partial<PullDeadlines>
}

/** Docker Engine 20.10 (API 1.41) or newer, over its HTTP API. */
export function dockerEngine(options: DockerEngineOptions): ContainerEngine {
  const { secrets, freeBytes } = options
  const client = engineClient({ ...options, redact: liveRedactor(secrets) })
  const networks = networkCalls(client)
  const { ensureNetwork, networkState, detach, attach, removeNetwork } = networks
  return {
    ...hostCalls(client, { freeBytes }),
    ...imageCalls(client, options.pullDeadlines),
    ...{ ensureNetwork, networkState, detach, attach, removeNetwork },
    ...adoptedCalls(client),
    ...volumeCalls(client),
    ...containerCalls(client, { networks, secrets }),
    ...logCalls(client, secrets),
  }
}
