import type { Served } from './api-env.ts'

/** Text that is made while it is read: never more than the reader has asked for. `signal` aborts when nobody reads on. */
export type TextSource = (signal: AbortSignal) => AsyncIterable<string>

/** A body that stays open. Ends with its source, when the reader leaves, or when the server stops. Throws CONNECTIONS_FULL. */
export function streamText(
  { places, closing }: Pick<Served, 'places' | 'closing'>,
  source: TextSource,
): ReadableStream<Uint8Array> {
  const leave = places.take()
  const left = new AbortController()
  const chunks = source(AbortSignal.any([left.signal, closing]))[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (done !== true) return controller.enqueue(encoder.encode(value))
          leave()
          controller.close()
        } catch (thrown) {
          leave()
          throw thrown
        }
      },
      cancel() {
        leave()
        left.abort()
        // Not awaited: a source that waits ends by the signal, and only then can it return.
        void chunks.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
