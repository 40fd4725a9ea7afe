import type { ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

/** In the environment of all that a program starts: the folder, which is made for this one run. */
const MARK = 'TOWPATH_ENGINE_FOLDER'

/** Rounds of looking for what left the group: what starts others while it is looked for is found in the next. */
const ROUNDS_MAX = 10

/** The variable by which all that a program starts is known, wherever it goes. */
export const markOf = (folder: string): Record<string, string> => ({ [MARK]: folder })

/** Ends a program, its group, and what left the group (as a daemon does) and still has its environment. */
export function endStarted({ pid }: ChildProcess, folder: string): void {
  if (pid === undefined) return
  end(-pid)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const left = markedProcesses(folder)
    if (left.length === 0) return
    left.forEach(end)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Nobody is left there.
  }
}

/** Processes whose environment holds the mark of a run; none where the system does not show that. */
function markedProcesses(folder: string): number[] {
  const mark = `${MARK}=${folder}\0`
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && `${environmentOf(name)}\0`.includes(mark))
      .map(Number)
  } catch {
    return []
  }
}

/** Empty where it is gone, or of somebody else. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}
