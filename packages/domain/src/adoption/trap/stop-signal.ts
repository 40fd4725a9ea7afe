import type { Dockerfile } from '../../repository/dockerfile.ts'
import { buildingOf } from '../../repository/service-role.ts'
import { scalarsIn, textIn } from '../../repository/placed-yaml.ts'
import type { LineEdit } from '../../repository/unified-patch.ts'
import { textValue, valueOf } from '../../repository/written-compose.ts'
import type { WrittenService } from '../../repository/written-compose.ts'
import { dockerfileOf } from '../dockerfile-of.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { lineAt } from '../line-edits.ts'
import { processOne } from '../process-one.ts'
import type { ProcessOne } from '../process-one.ts'
import { stopEvidence, stopsByItself } from '../stop-evidence.ts'

/** A program that does not end on SIGTERM is killed after ten seconds, with everything it was answering. */
export const stopSignal: Trap = {
  id: 'stop-signal',
  passes: 'every service that is shipped ends when it is told to',
  look: (survey) => {
    const apps = survey.services.filter(({ role }) => role === 'app' || role === 'worker')
    const inCompose = new Set(apps.flatMap(({ written }) => dockerfileOf(survey, written)?.path ?? []))
    const others = survey.dockerfiles.filter(({ path }) => !inCompose.has(path))
    if (apps.length + others.length === 0) return null
    // Services with one Dockerfile share what is wrong with it.
    const found = apps.flatMap((service) => ofService(survey, service))
    return [
      ...new Map(found.map((one) => [`${one.file}:${one.line}:${one.message}`, one])).values(),
      ...others.flatMap((dockerfile) => ofDockerfile(survey, dockerfile)),
    ]
  },
}

function ofService(survey: AdoptionSurvey, { written }: AdoptedService): Finding[] {
  const command = valueOf(written, 'entrypoint') ?? valueOf(written, 'command')
  if (command !== undefined && isNpm(textIn(command.value)))
    return [
      {
        ...{ status: 'fail', file: command.file, line: command.line },
        message: `${written.name} runs npm as its first process, which does not pass SIGTERM on dependably`,
        fix: 'run the program itself: command: [node, server.js]',
      },
    ]
  // An init is the first process then: it passes the signal on, and what does not catch it there ends by it.
  if (textIn(valueOf(written, 'init')?.value) === 'true') return []
  const words = scalarsIn(command?.value).flatMap(({ text }) => text.split(/\s+/))
  if (words.some(stopsByItself)) return []
  const dockerfile = dockerfileOf(survey, written)
  return dockerfile === null ? withoutDockerfile(survey, written) : ofDockerfile(survey, dockerfile)
}

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
    {
      ...{ status: 'unknown', file, line },
      message: `whether ${written.name} ends on SIGTERM cannot be told: ${why}; ${seen}`,
      fix: `try it: docker stop CONTAINER must take well under ten seconds; then say so: towpath check --accept stop-signal:${written.name}`,
    },
  ]
}

const isNpm = (text: string | undefined): boolean => /^(?:npm|yarn|pnpm)\s+(?:run\s+)?\w/.test(text ?? '')

function ofDockerfile(survey: AdoptionSurvey, dockerfile: Dockerfile): Finding[] {
  const start = processOne(dockerfile, null)
  const { path } = dockerfile
  if (start === null) return []
  const entry = start.lost === null ? scriptLost(survey, dockerfile, start) : null
  if (entry !== null) return [entry]
  if (start.lost !== null) return [lost(survey, dockerfile, { ...start, lost: start.lost })]
  if (start.words.some(stopsByItself) || isNext(start.words)) return []
  const evidence = stopEvidence(survey, path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
  if (evidence.caught !== null) return []
  return [
    {
      ...{ status: 'unknown', file: path, line: start.line.line },
      message:
        evidence.sources === 0
          ? 'whether the program ends on SIGTERM cannot be told: its sources are not here'
          : `nothing in ${evidence.sources} source files catches SIGTERM, and a first process ignores what it does not catch: it would be killed after ten seconds`,
      fix: 'on SIGTERM stop accepting, finish what is running, exit; or at least run it below an init (compose: init: true)',
    },
  ]
}

const isNext = (words: readonly string[]): boolean =>
  /(?:^|\/)next$/.test(words[0] ?? '') && words[1] === 'start'

function lost(survey: AdoptionSurvey, { path }: Dockerfile, start: ProcessOne & { lost: string }): Finding {
  const { line } = start
  const mended = start.mended ?? fromScripts(survey, start)
  const edits: LineEdit[] | null =
    mended === null ? null : [{ line: line.line, remove: line.lastLine - line.line + 1, insert: [mended] }]
  return {
    ...{ status: 'fail', file: path, line: line.line },
    message: `${line.keyword} ${short(line.text)}: ${start.lost}`,
    fix: mended ?? `${line.keyword} ["PROGRAM", "ARGUMENT"], the program itself and in brackets`,
    ...(edits === null ? {} : { edits }),
  }
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** `npm start` is what the manifest says of it, where that is one plain command. */
function fromScripts({ manifests }: AdoptionSurvey, { words, line }: ProcessOne): string | null {
  const [manager, ...rest] = words
  if (manager === undefined || !/^(?:npm|yarn|pnpm)$/.test(manager)) return null
  const name = rest.filter((word) => word !== 'run' && !word.startsWith('-'))[0]
  const found = manifests.filter(
    ({ path, scripts }) => path.endsWith('package.json') && scripts.has(name ?? ''),
  )
  const script = found.length === 1 ? found[0]?.scripts.get(name ?? '') : undefined
  const program = /^(?:node|next|nest|tsx)\s[\w@./ -]+$/
    .exec(script ?? '')?.[0]
    .trim()
    .split(/\s+/)
  if (program === undefined) return null
  const [first = '', ...more] = program
  const command = first === 'node' ? program : [`node_modules/.bin/${first}`, ...more]
  return `${line.keyword} ${JSON.stringify(command)}`
}

/** A script of the repository that is the entry point and whose last line is not `exec`. */
function scriptLost(survey: AdoptionSurvey, { path }: Dockerfile, { words }: ProcessOne): Finding | null {
  const name = words
    .map((word) => word.slice(word.lastIndexOf('/') + 1))
    .find((word) => /entrypoint|\.sh$/.test(word))
  if (name === undefined) return null
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : ''
  const file = [...survey.files.texts.keys()].find(
    (other) => other.startsWith(folder) && other.split('/').at(-1) === name,
  )
  const text = file === undefined ? undefined : survey.files.texts.get(file)
  if (file === undefined || text === undefined || /^\s*exec\s+\S/m.test(text)) return null
  const last = text.trimEnd().split(/\r?\n/).length
  const row = lineAt(survey, file, last) ?? ''
  const isPlain =
    /^\s*(?:[\w./-]+|"\$@")(?:\s|$)/.test(row) && !/[;&|]|^\s*(?:fi|done|esac|exit|\})\b/.test(row)
  return {
    ...{ status: 'fail', file, line: last },
    message: `${name} is the first process of ${path} and starts the program without exec: SIGTERM ends at the shell`,
    fix: 'put exec before the command that stays: exec "$@"',
    ...(isPlain
      ? { edits: [{ line: last, remove: 1, insert: [row.replace(/\S/, (sign) => `exec ${sign}`)] }] }
      : {}),
  }
}
