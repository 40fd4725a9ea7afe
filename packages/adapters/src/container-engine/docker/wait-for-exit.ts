import { setTimeout } from 'node:timers/promises'
import type { EngineClient } from './client.ts'
import type { InspectedContainer } from './container-answer.ts'
import { containerNotFound } from './container-errors.ts'
import { findContainer } from './find-container.ts'

const POLL_MS = 200

/** Exit code of a container that stops for good before the deadline; `null` when it has not. */
export async function waitForExit(
  client: EngineClient,
  name: string,
  deadlineMs: number,
): Promise<number | null> {
  const deadline = AbortSignal.timeout(deadlineMs)
  for (;;) {
    const container = await findContainer(client, name)
    if (container === null) throw containerNotFound(name)
    if (container.status === 'exited' || container.status === 'dead') return container.exitCode
    if (deadline.aborted) return null
    if (container.status === 'running') await untilItStops(client, container, { deadline, deadlineMs })
    // Between a stop and what the restart policy makes of it there is nothing to wait on.
    else await pause(deadline)
  }
}

async function untilItStops(
  client: EngineClient,
  container: InspectedContainer,
  { deadline, deadlineMs }: { deadline: AbortSignal; deadlineMs: number },
): Promise<void> {
  const doing = `wait for container ${container.name}`
  try {
    const call = { doing, method: 'POST', path: ['containers', container.id, 'wait'], deadlineMs } as const
    for await (const _ of await client.open(call, deadline)) continue
  } catch (thrown) {
    if (!deadline.aborted) throw client.fault(thrown, doing)
  }
}

async function pause(deadline: AbortSignal): Promise<void> {
  try {
    await setTimeout(POLL_MS, undefined, { signal: deadline })
  } catch {
    // The deadline passed: the caller looks once more and then says so.
  }
}
