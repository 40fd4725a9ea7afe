import { constants } from 'node:os'

const open = new Set<() => Promise<unknown>>()

/** Does `act` and then closes what it used, also when it throws and when the run is interrupted meanwhile. */
export async function closing<T>(close: () => Promise<unknown>, act: () => Promise<T>): Promise<T> {
  open.add(close)
  try {
    return await act()
  } finally {
    if (open.delete(close)) await close()
  }
}

/** On the first Ctrl-C or SIGTERM closes what is open, what was opened last first, and ends; a second one ends at once. */
export function closeOnInterrupt(say: (line: string) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      say(`${signal}: taking down what is up; once more ends at once`)
      void closeAll().finally(() => process.exit(128 + constants.signals[signal]))
    })
}

async function closeAll(): Promise<void> {
  for (const close of [...open].toReversed()) {
    open.delete(close)
    await close().catch(() => {})
  }
}
