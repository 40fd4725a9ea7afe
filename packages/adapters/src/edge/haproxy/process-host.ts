import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EdgeHost } from './edge-host.ts'
import { haproxyArguments } from './names.ts'

export interface ProcessHost extends EdgeHost {
  /** Kills without warning whatever runs under that name, as a crash would. */
  kill(name: string): Promise<void>
}

/**
 * HAProxy as a child of this process, its log in `edge.log` of the state directory: for tests and benches that need the
 * real proxy and no container engine. It ends with this process and nobody starts it again.
 */
export function processHost(program = 'haproxy'): ProcessHost {
  const running = new Map<string, ChildProcess>()
  const end = async (name: string, signal: NodeJS.Signals): Promise<void> => {
    const child = running.get(name)
    running.delete(name)
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    start: async ({ name }, stateDirectory) => {
      if (running.has(name)) return
      const log = openSync(join(stateDirectory, 'edge.log'), 'a')
      const child = spawn(program, haproxyArguments(stateDirectory), { stdio: ['ignore', log, log] })
      closeSync(log)
      running.set(name, child)
      child.once('exit', () => {
        if (running.get(name) === child) running.delete(name)
      })
      await once(child, 'spawn')
    },
    isRunning: async ({ name }) => running.has(name),
    stop: ({ name }) => end(name, 'SIGTERM'),
    kill: async (name) => {
      const child = running.get(name)
      const workers = workersOf(child?.pid)
      if (child === undefined || workers.length === 0) return end(name, 'SIGKILL')
      // A master whose worker is gone ends too, and not before: then its sockets are closed for certain.
      const ended = once(child, 'exit')
      for (const pid of workers) process.kill(pid, 'SIGKILL')
      await ended
    },
  }
}

function workersOf(master: number | undefined): number[] {
  const list = `/proc/${master}/task/${master}/children`
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number) : []
}
