import type { Header } from 'tar-stream'

/**
 * Whether the header of an entry says how many bytes it has. `tar-stream` lets through some that say nothing, or more than
 * any number holds, and then waits for ever for bytes that nobody sends.
 */
export const hasReadableSize = ({ size }: Pick<Header, 'size'>): boolean =>
  typeof size === 'number' && Number.isSafeInteger(size) && size >= 0

/**
 * Whether there is something to be read to its end before the next entry. A folder has no content, whatever size it claims
 * (POSIX, ustar); `tar-stream` knows so and still never ends the stream of one that claims any.
 */
export const hasContent = ({ type }: Pick<Header, 'type'>): boolean => type !== 'directory'
