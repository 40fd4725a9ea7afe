/** Where requests of a held service wait until something changes, or the edge dies. */
export class FakeGate {
  readonly #waiting = new Set<(goOn: boolean) => void>()

  /** False where the edge died, or after `atMostMs`. */
  wait(atMostMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (goOn: boolean): void => {
        clearTimeout(timer)
        this.#waiting.delete(go)
        resolve(goOn)
      }
      const timer = setTimeout(() => go(false), atMostMs)
      timer.unref()
      this.#waiting.add(go)
    })
  }

  open(goOn: boolean): void {
    for (const go of [...this.#waiting]) go(goOn)
  }
}
