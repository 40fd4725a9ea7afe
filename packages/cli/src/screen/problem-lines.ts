import { formatProblems } from '@towpath/domain/config/format-problems.ts'
import { orderProblems } from '@towpath/domain/config/problem.ts'
import type { Problem } from '@towpath/domain/config/problem.ts'
import { blank, line } from './line.ts'
import type { Line } from './line.ts'

/** Mistakes of several files, each with the line it stands on; `textOf` gives the text of a file that was read. */
export function problemLines(problems: readonly Problem[], textOf: (file: string) => string): Line[] {
  const files = [...new Set(problems.map(({ file }) => file))]
  return files.flatMap((file) => {
    const own = orderProblems(problems.filter((problem) => problem.file === file))
    return [
      ...formatProblems(own, textOf(file))
        .split('\n')
        .map((row) => line(row)),
      blank,
    ]
  })
}
