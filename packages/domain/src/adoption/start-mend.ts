import type { DockerfileLine } from '../repository/dockerfile.ts'
import { baseOf, kindOfProgram } from './programs.ts'
import { endOfScript, isShellWord } from './shell-script.ts'
import { shellWords } from './shell-words.ts'
import type { AdoptionSurvey } from './finding.ts'

/** An instruction that loses the signal, with what stands around it. */
export interface LostStart {
  line: DockerfileLine
  /** Index among the words of the instruction of the one that loses it. */
  at: number
  /** True where the image starts nothing but this instruction, and nobody gives it more words. */
  isAlone: boolean
  /** True where nothing comes behind its words. */
  isLast: boolean
  hasShell: boolean
  /** Folder of the build, empty for the whole repository. */
  folder: string
}

/** The words of the exec form that mends an instruction; null where a person has to. */
export function mendedWords(survey: AdoptionSurvey, lost: LostStart): string[] | null {
  const { line, at, isAlone, isLast, hasShell, folder } = lost
  if (line.words === null) {
    const words = shellWords(line.text)
    if (words === null || hasShell || !isAlone || isShellWord(words[0] ?? '')) return null
    return kindOfProgram(words) === 'manager' ? fromScripts(survey, words, folder) : words
  }
  const before = line.words.slice(0, at)
  const words = line.words.slice(at)
  if (kindOfProgram(words) === 'shell') return withExec(before, words)
  const program = isLast ? fromScripts(survey, words, folder) : null
  return program === null ? null : [...before, ...program]
}

function withExec(before: readonly string[], words: readonly string[]): string[] | null {
  const index = words.findIndex((word, at) => at > 0 && /^-\w*c$/.test(word)) + 1
  const script = words[index] ?? ''
  const end = index === 0 ? null : endOfScript(script)
  if (end?.kind !== 'stays' || end.at === null) return null
  const mended = `${script.slice(0, end.at)}exec ${script.slice(end.at)}`
  return [...before, ...words.slice(0, index), mended, ...words.slice(index + 1)]
}

/** `npm start` is what the manifest of the build says of it, where that is one plain command and nothing runs around it. */
function fromScripts(survey: AdoptionSurvey, words: readonly string[], folder: string): string[] | null {
  const name = scriptName(words)
  const path = folder === '' ? 'package.json' : `${folder}/package.json`
  const scripts = survey.manifests.find((manifest) => manifest.path === path)?.scripts ?? new Map()
  if (name === null || scripts.has(`pre${name}`) || scripts.has(`post${name}`)) return null
  const program = /^(?:node|next)\s[\w@./ -]+$/
    .exec(scripts.get(name) ?? '')?.[0]
    .trim()
    .split(/\s+/)
  if (program === undefined) return null
  return program[0] === 'node' ? program : ['node_modules/.bin/next', ...program.slice(1)]
}

/** The script that a manager is told to run with no flags and no more words; null for everything else. */
function scriptName(words: readonly string[]): string | null {
  const told = /^(npm|yarn|pnpm) (?:run )?([\w:-]+)$/.exec(
    [baseOf(words[0] ?? ''), ...words.slice(1)].join(' '),
  )
  const [, manager, name = ''] = told ?? []
  if (manager === undefined || name.startsWith('-')) return null
  return manager !== 'npm' || name === 'start' || words[1] === 'run' ? name : null
}
