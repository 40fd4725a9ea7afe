import type { Trap } from '../finding.ts'
import { replaceScalar } from '../line-edits.ts'

interface Use {
  file: string
  line: number
  whole: string
  fallback: string | null
}

const BRACED = /(?<!\$)\$\{([A-Za-z_]\w*)(?::?-([^${}]*))?\}/g

/** A variable with a default in one place and none in another has two values on the day it is not set. */
export const unevenDefault: Trap = {
  id: 'uneven-default',
  passes: 'a variable has its default everywhere or nowhere',
  look: (survey) => {
    if (survey.compose === null) return null
    const uses = new Map<string, Use[]>()
    for (const file of survey.compose.files)
      for (const [at, row] of (survey.files.texts.get(file) ?? '').split(/\r?\n/).entries())
        for (const [whole, name = '', fallback] of row.replace(/(?:^|\s)#.*$/, '').matchAll(BRACED))
          uses.set(name, [
            ...(uses.get(name) ?? []),
            { file, line: at + 1, whole, fallback: fallback ?? null },
          ])
    return [...uses].flatMap(([name, found]) => {
      const told = found.find(({ fallback }) => fallback !== null)
      const bare = found.filter(({ fallback }) => fallback === null)
      if (told === undefined || survey.variables.has(name)) return []
      return bare.map((use) => {
        // A version is better asked for everywhere than made up in one more place.
        const edits = /VERSION/.test(name)
          ? undefined
          : replaceScalar(survey, use, { from: use.whole, to: told.whole })
        return {
          ...{ status: 'warn' as const, file: use.file, line: use.line },
          message: `${name} has no default here and is ${JSON.stringify(told.fallback)} at ${told.file}:${told.line}: where it is not set, two places disagree`,
          fix: 'the same default in both places, or in neither',
          ...(edits === undefined ? {} : { edits }),
        }
      })
    })
  },
}
