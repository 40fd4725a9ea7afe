import type { SeenDatabase } from '@towpath/domain/adoption/online/online-facts.ts'

/**
 * Asks a database whether it answers. The URL holds a secret: it appears in no error, log or event. Throws where the place
 * that it is asked from cannot be reached: then nothing is known of the database. `at` is the address to go to where that
 * place does not find the URL's host by its name; what TLS checks stays the name.
 */
export interface DatabaseProbe {
  reach(
    url: string,
    deadlineMs: number,
    at?: string | null,
  ): Promise<{ reachable: true; version: string } | { reachable: false; why: string }>
  /** The same, with how many connections it allows; reads only. */
  room(url: string, deadlineMs: number, at?: string | null): Promise<SeenDatabase>
}
