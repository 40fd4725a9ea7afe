/** Passes items on, and where none comes for `everyMs`, a beat: it tells proxies and readers that the line is open. */
export async function* withHeartbeat<T>(
  items: AsyncIterable<T>,
  { everyMs, beat }: { everyMs: number; beat: T },
): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    let next = iterator.next()
    for (;;) {
      const came = await cameWithin(next, everyMs)
      if (came === null) {
        yield beat
        continue
      }
      if (came.done === true) return
      yield came.value
      next = iterator.next()
    }
  } finally {
    void iterator.return?.()
  }
}

async function cameWithin<T>(next: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  try {
    return await Promise.race([next, late])
  } finally {
    clearTimeout(timer)
  }
}
