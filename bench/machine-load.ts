import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** How busy others kept the machine, seen while nothing of the benchmark ran. */
export interface MachineLoad {
  cores: number
  /** Share of all cores that others used, 0 to 1: the highest of the looks. */
  othersShare: number
  /** Wall time that a loop of pure computing took, over the CPU time it was given; 1 on a free machine. */
  spinRatio: number
  loadAverage1m: number
}

const lookMs = 700
const spinMs = 150
const othersShareMax = 0.2
const spinRatioMax = 1.15

/** Looks once; takes less than a second. */
export async function lookAtMachine(): Promise<MachineLoad> {
  const [loadAverage1m = 0] = loadavg()
  const before = coreTimes()
  await sleep(lookMs)
  const after = coreTimes()
  const total = after.total - before.total
  const othersShare = total === 0 ? 0 : (after.busy - before.busy) / total
  return { cores: cpus().length, othersShare, spinRatio: spin(), loadAverage1m }
}

/** The worst of several looks. */
export const worstOf = (looks: readonly MachineLoad[]): MachineLoad => ({
  cores: looks[0]?.cores ?? 0,
  othersShare: Math.max(0, ...looks.map((look) => look.othersShare)),
  spinRatio: Math.max(1, ...looks.map((look) => look.spinRatio)),
  loadAverage1m: Math.max(0, ...looks.map((look) => look.loadAverage1m)),
})

/** Whether the numbers of a run should be read with care. The load average does not count: it remembers what is over. */
export const isLoaded = ({ othersShare, spinRatio }: MachineLoad): boolean =>
  othersShare > othersShareMax || spinRatio > spinRatioMax

function coreTimes(): { busy: number; total: number } {
  const times = cpus().map((core) => core.times)
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  const idle = times.reduce((sum, time) => sum + time.idle, 0)
  return { busy: total - idle, total }
}

/** Time stolen by other virtual machines shows here and nowhere else. */
function spin(): number {
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  while (performance.now() - startedAt < spinMs);
  const { user, system } = process.cpuUsage(cpuBefore)
  return (performance.now() - startedAt) / Math.max(1, (user + system) / 1_000)
}
