import type { ProjectFolder } from './project-folder.ts'
import { readWholeProject } from './read-project.ts'

/** The files of all environments as they travel: path to bytes in base64, and nothing from outside the folder. */
export function filesToSend(project: ProjectFolder): Record<string, string> {
  readWholeProject(project)
  return Object.fromEntries([...project.files].map(([path, bytes]) => [path, bytes.toString('base64')]))
}
