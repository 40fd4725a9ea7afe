import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { environmentNames } from '@towpath/domain/config/resolve-config.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { readConfig } from '../project/read-project.ts'
import type { Shell } from '../terminal/shell.ts'

/** Adds the hidden `complete` command that shells ask: commands, options, and the environments of `towpath.yaml` here. */
export function offerCompletion(program: Command, shell: Shell): void {
  const completion = tab(program)
  const environments = environmentsOf(shell.folder)
  for (const command of completion.commands.values()) {
    for (const name of ['environment', 'from']) {
      const option = command.options.get(name)
      if (option === undefined) continue
      option.handler = (complete) => {
        for (const environment of environments) complete(environment, 'environment of towpath.yaml')
      }
    }
  }
}

/** None where the file cannot be read: a completion never complains. */
function environmentsOf(folder: string): string[] {
  try {
    return environmentNames(readConfig(new ProjectFolder(folder)))
  } catch {
    return []
  }
}
