import { loadedEnd } from './elf-file.ts'
import type { FilePart } from './elf-file.ts'

const MEGABYTE = 1024 * 1024

/** Programs up to this size are held whole; of a larger one two halves of it, where sections stand that are not loaded. */
export const HELD_MAX = 16 * MEGABYTE

/** Bytes from the beginning, in which the ELF header and the table of segments stand. */
export const BEGINNING_SIZE = 4096

/**
 * Room for one program at a time, used again for the next. It is asked for once and as zeros, so that the system gives
 * only as much of it as the largest program takes.
 */
export class ProgramSpace {
  #bytes: Buffer | null = null

  take(size: number): Buffer {
    this.#bytes ??= Buffer.alloc(HELD_MAX)
    return this.#bytes.subarray(0, size)
  }
}

interface Window {
  start: number
  bytes: Buffer
  filled: number
}

/**
 * What is held of a program while it goes by once. A linker writes what is loaded first, then what is not (the list of
 * crates, debug information, names), then the tables. Of a large program that is what follows its last loaded byte, and
 * its end.
 */
export class ProgramParts {
  readonly #windows: Window[]

  /** `beginning` is what came until now: `BEGINNING_SIZE` bytes, or all of a smaller program. */
  constructor(beginning: Buffer, { size, space }: { size: number; space: ProgramSpace }) {
    const room = space.take(Math.min(size, HELD_MAX))
    this.#windows = windowsOf(size, loadedEnd(beginning)).map(({ start, length, at }) => ({
      start,
      bytes: room.subarray(at, at + length),
      filled: 0,
    }))
    this.add(beginning, 0)
  }

  /** Takes the bytes that stand at `offset`, in their order and without a gap. */
  add(chunk: Buffer, offset: number): void {
    for (const window of this.#windows) {
      const from = Math.max(offset, window.start)
      const to = Math.min(offset + chunk.length, window.start + window.bytes.length)
      if (from >= to) continue
      chunk.copy(window.bytes, from - window.start, from - offset, to - offset)
      window.filled = to - window.start
    }
  }

  parts(): FilePart[] {
    return this.#windows.map(({ start, bytes, filled }) => ({
      offset: start,
      bytes: bytes.subarray(0, filled),
    }))
  }
}

function windowsOf(size: number, loaded: number): { start: number; length: number; at: number }[] {
  if (size <= HELD_MAX) return [{ start: 0, length: size, at: 0 }]
  const half = HELD_MAX / 2
  if (loaded + half >= size - half) return [{ start: size - HELD_MAX, length: HELD_MAX, at: 0 }]
  return [
    { start: loaded, length: half, at: 0 },
    { start: size - half, length: half, at: half },
  ]
}
