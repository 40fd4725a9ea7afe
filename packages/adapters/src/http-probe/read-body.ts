import type { IncomingMessage } from 'node:http'

const BODY_BYTES_MAX = 64 * 1024

/** The first 64 KiB; a longer body, or a stream without end, is cut off there. */
export async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= BODY_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX).toString('utf8')
}
