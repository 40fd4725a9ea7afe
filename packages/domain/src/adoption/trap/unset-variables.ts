import { variablesIn } from '../../repository/written-compose.ts'
import type { AdoptionSurvey, Trap } from '../finding.ts'

/** Names in a message; the rest are counted. */
const SHOWN_MAX = 8

/** What a compose file takes from the shell of whoever starts it is not in git, so no release can be started again as it was. */
export const unsetVariables: Trap = {
  id: 'unset-variables',
  passes: 'every variable of the compose file has a value or a default here',
  look: (survey) => {
    if (survey.compose === null) return null
    const unset = unsetIn(survey)
    const [first] = unset
    if (first === undefined) return []
    const names = [...new Set(unset.map(({ name }) => name))]
    const count = names.length === 1 ? '1 variable has' : `${names.length} variables have`
    const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : ''
    if (survey.config !== null)
      return [
        {
          ...{ status: 'warn', file: first.file, line: first.line },
          message: `${count} no default and no place in a settings file: ${names.slice(0, SHOWN_MAX).join(', ')}${more}. What no sealed secret gives is empty`,
          fix: 'plain ones into the settings files of towpath.yaml; secret ones: towpath secrets set NAME -e ENVIRONMENT',
        },
      ]
    return [
      {
        ...{ status: 'unknown', file: first.file, line: first.line },
        message: `${count} no default, and nothing here sets ${names.length === 1 ? 'it' : 'them'}: ${names.slice(0, SHOWN_MAX).join(', ')}${more}. What runs depends on who starts it`,
        fix: 'keep them in git, one file per environment: plain ones as text, secret ones encrypted. towpath init lists them',
      },
    ]
  },
}

export interface VariablePlace {
  name: string
  file: string
  line: number
}

/** Every place of the compose files that asks for a variable without a default that nothing here sets. */
export function unsetIn({
  compose,
  files,
  variables,
}: Pick<AdoptionSurvey, 'compose' | 'files' | 'variables'>): VariablePlace[] {
  return (compose?.files ?? []).flatMap((file) =>
    (files.texts.get(file) ?? '').split(/\r?\n/).flatMap((row, at) =>
      variablesIn(row.replace(/(?:^|\s)#.*$/, ''))
        .filter(({ name, fallback }) => fallback === null && !variables.has(name))
        .map(({ name }) => ({ name, file, line: at + 1 })),
    ),
  )
}
