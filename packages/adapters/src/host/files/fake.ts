import type { HostReader } from '@towpath/app/ports/host-files.ts'

/** A host with these files and no others; patterns match nothing, so what is asked for is asked by its path. */
export function fakeHostReader(files: ReadonlyMap<string, string> = new Map()): HostReader {
  const read: HostReader['read'] = async (paths) => ({
    texts: new Map([...files].filter(([path]) => paths.includes(path))),
    names: [],
    unread: [],
  })
  return { read, look: async (patterns) => await read(patterns.read) }
}
