/** The streams that are open here: counted apart from requests, and ended last, when the process is about to go. */
export class OpenStreams {
  #ends = new Set()
  #opened = 0
  #over = false

  /** Counts a stream until it is ended or its `connection` (a response or a socket) closes. `end()` ends it in order. */
  keep(connection, end) {
    this.#opened += 1
    if (this.#over) return end()
    this.#ends.add(end)
    connection.once('close', () => this.#ends.delete(end))
  }

  /** Ends all, and from now on every new one at once. */
  endAll() {
    this.#over = true
    for (const end of this.#ends) end()
    this.#ends.clear()
  }

  read() {
    return { opened: this.#opened, open: this.#ends.size }
  }
}
