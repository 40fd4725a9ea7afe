import type { EdgeSpec } from '@towpath/app/ports/edge.ts'

/** Where HAProxy runs. Everything else goes through the sockets in the state directory. */
export interface EdgeHost {
  /** Starts HAProxy over the state directory unless it runs. It comes up by itself after a crash or a reboot. */
  start(spec: EdgeSpec, stateDirectory: string): Promise<void>
  isRunning(spec: EdgeSpec): Promise<boolean>
  /** Ends it and removes what `start` made, but not the state directory. Fine when there is nothing. */
  stop(spec: EdgeSpec): Promise<void>
}
