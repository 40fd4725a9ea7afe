import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ReleaseChild {
  /** SIGKILL: no answer, no goodbye. Fine when already dead. */
  kill(): Promise<void>
}

/** A release in a process of its own; resolves when it listens. */
export async function startReleaseChild(
  release: string,
  { address, port }: { address: string; port: number },
): Promise<ReleaseChild> {
  const program = fileURLToPath(new URL('release-process.ts', import.meta.url))
  const child = spawn(process.execPath, [program, address, String(port), release], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exited])
  return {
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
