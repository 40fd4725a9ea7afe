/** Waits for the work, then undoes what was prepared for it, whether it went well or not. */
export async function afterwards<T>(work: Promise<T>, undo: () => unknown): Promise<T> {
  try {
    return await work
  } finally {
    await undo()
  }
}
