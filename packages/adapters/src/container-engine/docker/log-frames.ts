/** A piece of a container's output. Without a terminal, engines send output and errors in frames of one connection. */
export interface LogPiece {
  source: 'output' | 'errors'
  data: Uint8Array
}

const HEADER_BYTES = 8
/** Engines send at most 16 KiB a frame; more than this is not a frame. */
const LARGEST_FRAME_BYTES = 16 * 1024 * 1024

/**
 * Takes Docker's multiplexed stream apart: a frame is `[source, 0, 0, 0, length in four bytes, big-endian]` and its data.
 * Chunks may end anywhere. What is no frame is passed on as output, as it is.
 */
export function frameReader(): { push(chunk: Uint8Array): LogPiece[] } {
  let pending = Buffer.alloc(0)
  let isRaw = false
  return {
    push(chunk) {
      pending = Buffer.concat([pending, chunk])
      const pieces: LogPiece[] = []
      while (!isRaw && pending.length >= HEADER_BYTES) {
        const length = pending.readUInt32BE(4)
        isRaw = !looksLikeHeader(pending, length)
        if (isRaw || pending.length < HEADER_BYTES + length) break
        const data = pending.subarray(HEADER_BYTES, HEADER_BYTES + length)
        pieces.push({ source: pending[0] === 2 ? 'errors' : 'output', data })
        pending = pending.subarray(HEADER_BYTES + length)
      }
      if (isRaw && pending.length > 0) {
        pieces.push({ source: 'output', data: pending })
        pending = Buffer.alloc(0)
      }
      return pieces
    },
  }
}

const looksLikeHeader = (bytes: Buffer, length: number): boolean =>
  (bytes[0] ?? 255) <= 2 && bytes.readUIntBE(1, 3) === 0 && length <= LARGEST_FRAME_BYTES
