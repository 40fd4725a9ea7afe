interface Page<T> {
  items: T[]
  next: string | null
}

const pageSize = 200

/** Items of all pages of a listing, at most `max`. */
export async function everyItem<T>(
  page: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
  max = 2_000,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const limit = Math.min(pageSize, max - items.length)
    const got: Page<T> = await page(cursor === null ? { limit } : { limit, cursor })
    items.push(...got.items)
    cursor = got.next
  } while (cursor !== null && items.length < max)
  return items
}
