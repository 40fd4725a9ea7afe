import { textIn } from '../../repository/placed-yaml.ts'
import { settledText, textValue, valueOf } from '../../repository/written-compose.ts'
import { buildingOf, imageName } from '../../repository/service-role.ts'
import type { WrittenService } from '../../repository/written-compose.ts'
import { folderOf } from '../../project/compose/host-path.ts'
import { finalStages } from '../../repository/dockerfile.ts'
import { builtFrom } from '../dockerfile-of.ts'
import type { BuiltFrom } from '../dockerfile-of.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { lineAt } from '../line-edits.ts'
import { processOne } from '../process-one.ts'
import type { NamedScript, ProcessOne } from '../process-one.ts'
import { baseOf, kindOfProgram } from '../programs.ts'
import { provenInstruction } from '../proven-edit.ts'
import { mendedWords } from '../start-mend.ts'
import { composePart, imageStart, partsInForce } from '../start-words.ts'
import type { ImageStart, StartPart } from '../start-words.ts'
import { stopEvidence } from '../stop-evidence.ts'

/** A program that does not end on SIGTERM is killed after ten seconds, with everything it was answering. */
export const stopSignal: Trap = {
  id: 'stop-signal',
  passes: 'every service that is shipped ends when it is told to',
  look: (survey) => {
    const apps = survey.services.filter(({ role }) => role === 'app' || role === 'worker')
    const inCompose = new Set(
      survey.services.map(({ written }) => builtFrom(survey, written)?.dockerfile.path),
    )
    const others = survey.dockerfiles.filter(({ path }) => !inCompose.has(path))
    if (apps.length + others.length === 0) return null
    // Services with one Dockerfile share what is wrong with it.
    const found = apps.flatMap((service) => ofService(survey, service))
    return [
      ...new Map(found.map((one) => [`${one.file}:${one.line}:${one.message}`, one])).values(),
      ...others.flatMap((dockerfile) =>
        ofImage(survey, { built: { dockerfile, target: null }, own: NOTHING_OWN, name: dockerfile.path }),
      ),
    ]
  },
}

interface Own {
  entrypoint: StartPart | null
  command: StartPart | null
}

const NOTHING_OWN: Own = { entrypoint: null, command: null }

interface Started {
  built: BuiltFrom
  own: Own
  /** Of the service, or of the Dockerfile that no service names. */
  name: string
}

function ofService(survey: AdoptionSurvey, { written }: AdoptedService): Finding[] {
  const own = { entrypoint: composePart(written, 'entrypoint'), command: composePart(written, 'command') }
  const built = builtFrom(survey, written)
  const isInit = textIn(valueOf(written, 'init')?.value) === 'true'
  if (built !== null) {
    const found = ofImage(survey, { built, own, name: written.name })
    // An init is the first process then: it passes the signal on, and what does not catch it there ends by it.
    return isInit ? found.filter(({ status }) => status === 'fail') : found
  }
  const parts = partsInForce(null, own)
  const fate = processOne(wordsOf(parts), scriptsOf(survey, ''))
  if (fate.kind === 'lost' && parts.length > 0) return [lost(survey, null, { parts, fate })]
  const isKnown = parts.length > 0 && fate.kind === 'reaches' && fate.catches
  return isInit || isKnown ? [] : withoutDockerfile(survey, written)
}

const wordsOf = (parts: readonly StartPart[]): string[] => parts.flatMap(({ words }) => words)

function withoutDockerfile(survey: AdoptionSurvey, written: WrittenService): Finding[] {
  const building = buildingOf(written)
  const { file, line } = building ?? valueOf(written, 'image') ?? written
  const evidence = stopEvidence(survey, '')
  // With one service and one program there is no question whose handler it is.
  const isAlone = survey.services.filter(({ role }) => role === 'app').length === 1
  if (evidence.caught !== null && isAlone) return []
  const why =
    building === null
      ? `its image is ${textValue(written, 'image') ?? 'unknown'} and its Dockerfile is not here`
      : `it is built from ${building.text}, which is not in this repository`
  const seen =
    evidence.caught === null
      ? `no handler in ${evidence.sources} source files here`
      : `${evidence.caught.file}:${evidence.caught.line} catches it, and which program that is nothing says`
  return [
    unknown(
      { file, line },
      `whether ${written.name} ends on SIGTERM cannot be told: ${why}; ${seen}`,
      written.name,
    ),
  ]
}

const unknown = (at: { file: string; line: number }, message: string, word: string): Finding => ({
  ...{ status: 'unknown', file: at.file, line: at.line, message },
  fix: `try it: docker stop CONTAINER must take well under ten seconds; then say so: towpath check --accept stop-signal:${word}`,
})

function ofImage(survey: AdoptionSurvey, { built, own, name }: Started): Finding[] {
  const { dockerfile, target } = built
  const image = imageStart(built)
  const parts = partsInForce(image, own)
  if (parts.length === 0) return ofBase(survey, built, name)
  const folder = folderIn(dockerfile.path)
  const fate = processOne(wordsOf(parts), scriptsOf(survey, folder))
  if (fate.kind === 'lost') return [lost(survey, { image, built }, { parts, fate })]
  if (fate.kind === 'lost in script') return [lostInScript(survey, dockerfile.path, fate)]
  const part = partAt(parts, fate.kind === 'unclear' ? fate.at : wordsOf(parts).length - 1)
  if (fate.kind === 'unclear')
    return [
      unknown(part, `${part.says}: whether SIGTERM reaches the program cannot be told: ${fate.why}`, name),
    ]
  const evidence = stopEvidence(survey, folder)
  if (fate.catches || evidence.caught !== null) return []
  const where = target === null ? '' : ` (target ${target})`
  return [
    {
      ...{ status: 'unknown', file: part.file, line: parts[0]?.line ?? part.line },
      message:
        evidence.sources === 0
          ? `whether the program ends on SIGTERM cannot be told${where}: its sources are not here`
          : `nothing in ${evidence.sources} source files catches SIGTERM, and a first process ignores what it does not catch: it would be killed after ten seconds`,
      fix: 'on SIGTERM stop accepting, finish what is running, exit; or at least run it below an init (compose: init: true)',
    },
  ]
}

/** An image that says no start of its own has that of its base, which is known of programs that people run as they come. */
function ofBase({ variables }: AdoptionSurvey, { dockerfile, target }: BuiltFrom, name: string): Finding[] {
  const base = finalStages(dockerfile, target).at(-1)
  if (base === undefined)
    return [
      unknown(
        { file: dockerfile.path, line: 1 },
        `whether ${name} ends on SIGTERM cannot be told: ${dockerfile.path} has no stage ${target ?? ''}`,
        name,
      ),
    ]
  const image = imageName(settledText(base.from, variables) ?? base.from)
  if (kindOfProgram([baseOf(image)]) === 'keeper') return []
  return [
    unknown(
      { file: dockerfile.path, line: base.line },
      `whether ${name} ends on SIGTERM cannot be told: its start is that of ${base.from}, which is not here`,
      name,
    ),
  ]
}

const folderIn = (path: string): string => (path.includes('/') ? folderOf(path) : '')

/** The part that a word belongs to, by its index among all of them. */
function partAt(parts: readonly StartPart[], at: number): StartPart {
  let before = 0
  for (const part of parts) {
    before += part.words.length
    if (at < before) return part
  }
  return parts.at(-1) as StartPart
}

interface Lost {
  parts: StartPart[]
  fate: Extract<ProcessOne, { kind: 'lost' }>
}

function lost(
  survey: AdoptionSurvey,
  from: { image: ImageStart | null; built: BuiltFrom } | null,
  { parts, fate }: Lost,
): Finding {
  const part = partAt(parts, fate.at)
  const { instruction, file, line, says } = part
  if (instruction === null || from === null)
    return {
      ...{ status: 'fail', file, line, message: `${says}: ${whyLost(part, fate)}` },
      fix: 'run the program itself: command: [node, server.js]',
    }
  const index = fate.at - wordsOf(parts.slice(0, parts.indexOf(part))).length
  const words = mendedWords(survey, {
    ...{ line: instruction, at: index, folder: folderIn(file), hasShell: from.image?.hasShell === true },
    isLast: parts.at(-1) === part,
    isAlone: startsNothingElse(survey, from, part),
  })
  const mended = words === null ? null : `${instruction.keyword} ${JSON.stringify(words)}`
  const edits =
    words === null || mended === null || !isMended(survey, file, { parts, part, words })
      ? undefined
      : provenInstruction(survey, { file, edits: rowEdits(instruction, mended), line: instruction }, words)
  return {
    ...{ status: 'fail', file, line },
    message: `${says}: ${whyLost(part, fate)}`,
    fix:
      edits === undefined || mended === null
        ? `${instruction.keyword} ["PROGRAM", "ARGUMENT"], the program itself and in brackets; behind a shell with exec`
        : mended,
    ...(edits === undefined ? {} : { edits }),
  }
}

function whyLost({ instruction }: StartPart, { by, name }: Lost['fate']): string {
  if (by === 'manager')
    return `${name} is the first process and does not pass SIGTERM on dependably: the program below it is killed instead`
  return instruction?.words === null
    ? `its shell form runs it below ${name}, which does not pass SIGTERM on`
    : `${name} -c without exec stays the first process and does not pass SIGTERM on`
}

const rowEdits = ({ line, lastLine }: NonNullable<StartPart['instruction']>, row: string) => [
  { line, remove: lastLine - line + 1, insert: [row] },
]

/** Whether the image starts this instruction and nothing else, in every service that is built from it. */
function startsNothingElse(
  survey: AdoptionSurvey,
  { image, built }: { image: ImageStart | null; built: BuiltFrom },
  part: StartPart,
): boolean {
  const other = part.instruction?.keyword === 'ENTRYPOINT' ? image?.command : image?.entry
  const isGiven = survey.services.some(
    ({ written }) =>
      builtFrom(survey, written)?.dockerfile === built.dockerfile &&
      (composePart(written, 'command') !== null || composePart(written, 'entrypoint') !== null),
  )
  return (other === null || other === undefined) && !isGiven
}

/** Whether the signal reaches the program once an instruction has these words. */
function isMended(
  survey: AdoptionSurvey,
  file: string,
  { parts, part, words }: { parts: readonly StartPart[]; part: StartPart; words: string[] },
): boolean {
  const after = parts.flatMap((one) => (one === part ? words : one.words))
  return processOne(after, scriptsOf(survey, folderIn(file))).kind === 'reaches'
}

/** Scripts below a folder by the word that names them, where one alone has that name. */
function scriptsOf({ files }: AdoptionSurvey, folder: string): (word: string) => NamedScript | null {
  const prefix = folder === '' ? '' : `${folder}/`
  return (word) => {
    const found = [...files.texts].filter(
      ([file]) => file.startsWith(prefix) && baseOf(file) === baseOf(word),
    )
    const [only, ...more] = found
    return only === undefined || more.length > 0 ? null : { file: only[0], text: only[1] }
  }
}

/** A script of the repository that is the entry point and whose last command is not `exec`. */
function lostInScript(
  survey: AdoptionSurvey,
  path: string,
  { script, end }: Extract<ProcessOne, { kind: 'lost in script' }>,
): Finding {
  const { file, text } = script
  const before = end.at === null ? text.trimEnd() : text.replaceAll('\r', '').slice(0, end.at)
  const line = before.split('\n').length
  const column = before.length - (before.lastIndexOf('\n') + 1)
  const row = lineAt(survey, file, line) ?? ''
  return {
    ...{ status: 'fail', file, line },
    message: `${baseOf(file)} is the first process of ${path} and starts the program without exec: SIGTERM ends at the shell`,
    fix: 'put exec before the command that stays: exec "$@"',
    ...(end.at === null
      ? {}
      : {
          edits: [{ line, remove: 1, insert: [`${row.slice(0, column)}exec ${row.slice(column)}`] }],
        }),
  }
}
