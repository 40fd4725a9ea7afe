/** Asks a database whether it answers. The URL holds a secret: it appears in no error, log or event. */
export interface DatabaseProbe {
  reach(
    url: string,
    deadlineMs: number,
  ): Promise<{ reachable: true; version: string } | { reachable: false; why: string }>
}
