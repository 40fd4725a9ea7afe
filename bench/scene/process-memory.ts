import { readFile, readdir } from 'node:fs/promises'

/** Memory of a process and of all it started, in MB. */
export interface TreeMemory {
  /** Each page once, shared ones by their share: right for processes that share with each other. */
  pssMb: number
  /** Every page that is present, shared or not: never too little. */
  rssMb: number
}

/** Reads `/proc`, so on Linux alone and as root or the same user. */
export async function memoryOfTree(root: number): Promise<TreeMemory> {
  const parents = await parentsOfAll()
  const tree = new Set([root])
  for (let grown = true; grown;) {
    grown = false
    for (const [pid, parent] of parents)
      if (tree.has(parent) && !tree.has(pid)) {
        tree.add(pid)
        grown = true
      }
  }
  const rollups = await Promise.all([...tree].map(rollupOf))
  const sum = (name: keyof TreeMemory): number => rollups.reduce((total, rollup) => total + rollup[name], 0)
  return { pssMb: sum('pssMb'), rssMb: sum('rssMb') }
}

async function parentsOfAll(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const entries = await Promise.all(
    pids.map(async (pid): Promise<[number, number]> => [pid, parentIn(await textOf(`/proc/${pid}/stat`))]),
  )
  return new Map(entries)
}

/** The program's name, in parentheses, may hold anything; the parent is the second field after it. */
const parentIn = (stat: string): number =>
  Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? Number.NaN)

async function rollupOf(pid: number): Promise<TreeMemory> {
  const text = await textOf(`/proc/${pid}/smaps_rollup`)
  const mb = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) / 1_024
  return { pssMb: mb('Pss'), rssMb: mb('Rss') }
}

/** A process may end between two looks. */
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
