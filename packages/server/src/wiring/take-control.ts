import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { acquireControllerLock } from '@towpath/store/controller-lock.ts'
import type { ControllerLock } from '@towpath/store/controller-lock.ts'

/** A controller that was killed a moment ago still holds the lock until its connection is seen to be gone. */
const patienceMs = 5_000
const pauseMs = 200

/** Names this process to other controllers. */
export const nameInstance = (): string => `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`

/** Makes this process the one controller. Throws CONTROLLER_RUNNING, unless it is to stand by. */
export async function takeControl(
  url: string,
  options: { instance: string; standby: boolean; onLost: (reason: string) => void },
): Promise<ControllerLock> {
  const { instance, standby, onLost } = options
  const untilMs = performance.now() + patienceMs
  for (;;) {
    try {
      return await acquireControllerLock(url, { instance, onLost, wait: standby })
    } catch (thrown) {
      if (!isHeld(thrown) || performance.now() > untilMs) throw thrown
    }
    await sleep(pauseMs)
  }
}

const isHeld = (thrown: unknown): boolean =>
  thrown instanceof TowpathError && thrown.code === 'CONTROLLER_RUNNING'
