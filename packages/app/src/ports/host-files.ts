import type { HostFiles } from '@towpath/domain/adoption/host/host-places.ts'

/**
 * Looks at files of a host, as the user that Towpath is there. Reads only. Patterns are those of a shell and absolute; each file
 * is read to 64 KB. Throws where the host does not answer.
 */
export interface HostReader {
  look(patterns: { read: readonly string[]; name: readonly string[] }): Promise<HostFiles>
  /** The same for files by their exact paths. */
  read(paths: readonly string[]): Promise<HostFiles>
}
