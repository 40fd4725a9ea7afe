import { editLines, unifiedPatch } from '../repository/unified-patch.ts'
import type { LineEdit } from '../repository/unified-patch.ts'
import { roleOf } from '../repository/service-role.ts'
import type { Survey } from '../repository/survey.ts'
import type { AdoptionSurvey, Check, DeclaredConfig, Finding } from './finding.ts'
import { traps } from './traps.ts'

/** Findings of one rule past these say the same again. */
const FINDINGS_MAX = 50

/** Puts beside a survey what `towpath.yaml` says of its services. */
export function adoptionSurvey(survey: Survey, config: DeclaredConfig | null, now: Date): AdoptionSurvey {
  const { compose } = survey
  const shipped = new Map([...(config?.services ?? [])].map(([name, { compose: key }]) => [key, name]))
  const services =
    compose === null
      ? []
      : compose.services.map((written) => {
          const shippedAs = shipped.get(written.name) ?? null
          const said = shippedAs === null ? undefined : config?.services.get(shippedAs)
          const told = said?.job === true ? (said.migrates ? 'migrator' : 'job') : 'app'
          const seen = roleOf(written, compose)
          // What towpath.yaml has no word of is an accessory, whatever it looks like.
          const unsaid = config !== null && seen === 'app' ? 'accessory' : seen
          return { written, shippedAs, role: said === undefined ? unsaid : told } as const
        })
  return { ...survey, services, config, now }
}

export interface Linted {
  checks: Check[]
  /** All patches as one, each file once: for `git apply`. Empty where there is none. */
  patch: string
}

/** Asks every trap. A trap that had something to look at and found nothing is one `pass`. */
export function lintAdoption(survey: AdoptionSurvey): Linted {
  const all = traps.map((trap) => ({ trap, found: trap.look(survey)?.slice(0, FINDINGS_MAX) ?? null }))
  const texts = survey.files.texts
  const checks = all.flatMap(({ trap: { id, passes }, found }): Check[] => {
    if (found === null) return []
    if (found.length === 0)
      return [{ id, status: 'pass', file: null, line: null, message: passes, fix: null, patch: null }]
    return found.map(({ status, file, line, message, fix, edits }) => ({
      ...{ id, status, file, line, message, fix },
      patch: edits === undefined ? null : patchOf(texts, file, edits),
    }))
  })
  return {
    checks: [...unreadChecks(survey), ...checks],
    patch: patchOfAll(
      texts,
      all.flatMap(({ found }) => found ?? []),
    ),
  }
}

const unreadChecks = ({ unread, files }: Survey): Check[] => [
  ...unread.map(({ file, line, message }) => ({
    ...{
      id: 'readable',
      status: 'unknown' as const,
      file,
      line,
      message: `could not be read whole: ${message}`,
    },
    ...{ fix: 'mend the file; until then nothing is known of what it holds', patch: null },
  })),
  ...files.left.map((message) => ({
    ...{ id: 'readable', status: 'unknown' as const, file: null, line: null, message },
    ...{
      fix: 'run it in a smaller folder (-C), or say that it does not matter: --accept readable',
      patch: null,
    },
  })),
]

function patchOf(
  texts: ReadonlyMap<string, string>,
  file: string,
  edits: readonly LineEdit[],
): string | null {
  const text = texts.get(file)
  return text === undefined ? null : unifiedPatch(file, text, editLines(text, edits))
}

/** Edits of one place are made once: the first finding there wins. Different lines may come in at one place. */
function patchOfAll(texts: ReadonlyMap<string, string>, findings: readonly Finding[]): string {
  const files = [...new Set(findings.map(({ file }) => file))]
  return files
    .map((file) => {
      const taken = new Set<string>()
      const edits = findings
        .filter((finding) => finding.file === file)
        .flatMap(({ edits: own = [] }) => {
          const places = own.flatMap(placesOf)
          if (places.some((place) => taken.has(place))) return []
          for (const place of places) taken.add(place)
          return own
        })
      return patchOf(texts, file, edits) ?? ''
    })
    .join('')
}

/** Lines an edit takes by their numbers, what only comes in by its place and its words. */
const placesOf = ({ line, remove, insert }: LineEdit): string[] =>
  remove === 0
    ? [`${line} ${insert.join('\n')}`]
    : Array.from({ length: remove }, (_, at) => String(line + at))
