import { joinPath, relativeFolder, staysInside } from './host-path.ts'

/** How paths of the files that are read and paths on the host belong together. */
export interface Layout {
  /** The folder of the first compose file, as messages name files. */
  sourceFolder: string
  /** The same folder on the host, absolute. */
  projectFolder: string
  /** Where `~` is on the host; null where that cannot be known from here. */
  home: string | null
  /** Whoever asks may read any file; otherwise only those below the folder that messages start from. */
  anywhere: boolean
}

/** True for a path among the files that may be read. */
export const mayRead = ({ anywhere }: Layout, path: string): boolean => anywhere || staysInside(path)

/** A folder of the files, on the host. */
export const folderOnHost = ({ sourceFolder, projectFolder }: Layout, folder: string): string =>
  joinPath(projectFolder, relativeFolder(sourceFolder, folder))

/** A path on the host as one among the files; `../` at its start says that it lies outside. */
export const pathInSource = ({ sourceFolder, projectFolder }: Layout, path: string): string =>
  joinPath(sourceFolder, relativeFolder(projectFolder, path))

/** A path written in a file, relative to `folder` or absolute on the host, as one among the files. */
export const writtenPath = (layout: Layout, folder: string, text: string): string =>
  text.startsWith('/') ? pathInSource(layout, text) : joinPath(folder, text)
