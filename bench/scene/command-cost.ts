import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { run } from '../checkout.ts'

export interface CommandCost {
  /** CPU time of the whole command and all it started, user and system, in seconds. */
  cpuSeconds: number
  /** Most memory that one of its Node processes had resident, in MB; NaN where none of them is Node. */
  peakMb: number
}

const hook = pathToFileURL(join(import.meta.dirname, 'peak-memory.mjs')).href
const timeoutMs = 15 * 60_000

/** What a command costs from its start to its end; what it prints is thrown away. Throws where it ends with anything but 0. */
export async function costOf(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandCost> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-cost-'))
  const peaks = join(folder, 'peaks')
  try {
    // The shell's own `times`: what its children used is known once it has waited for them.
    const told = await run(['sh', '-c', '"$@" > /dev/null || exit $?; times', 'sh', ...argv], {
      env: { ...env, TOWPATH_BENCH_PEAKS: peaks, NODE_OPTIONS: `--import ${hook}` },
      timeoutMs,
    })
    return { cpuSeconds: cpuOfChildren(told), peakMb: peakIn(await readFile(peaks, 'utf8').catch(() => '')) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The second line of `times`: `0m1.230000s 0m0.120000s`, user and system. */
export function cpuOfChildren(times: string): number {
  const found = [...(times.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  if (found.length !== 2) throw new Error(`times said ${JSON.stringify(times)}`)
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
}

const peakIn = (text: string): number => {
  const peaks = text.trim() === '' ? [] : text.trim().split('\n').map(Number)
  return peaks.length === 0 ? Number.NaN : Math.max(...peaks) / 1024
}
