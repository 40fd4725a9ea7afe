import type { Findings } from './findings.ts'
import { textsIn } from './scalars.ts'
import { splitShellWords } from './shell-words.ts'
import { textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** The words of a command, as a list or as one text. Null keeps the image's own; an empty list is one. */
export function readCommand(tree: Tree | undefined, key: string, findings: Findings): string[] | null {
  if (tree?.kind === 'list') return textsIn(tree)
  const text = textOf(tree)
  if (tree === undefined || text === null) return null
  const split = splitShellWords(text)
  if (split === null) {
    const message = `${key} has a quote or parenthesis that is never closed`
    findings.problem(tree.at, message, 'Close it, or write the words as a list.')
    return null
  }
  if (split.dropped !== '') {
    const message = `${key} is not run by a shell: "${split.dropped}" and what follows is dropped`
    findings.warn(tree.at, message, 'Write it as a list: [sh, -c, "…"].')
  }
  return split.words
}
