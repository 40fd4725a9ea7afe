import { baseOf, kindOfProgram, startBehind, withoutInterpreter } from './programs.ts'
import { endOfScript, endOfScriptFile } from './shell-script.ts'
import type { ScriptEnd } from './shell-script.ts'
import { shellWords } from './shell-words.ts'

/** A script of the repository, by the word that names it. */
export interface NamedScript {
  file: string
  text: string
}

/** What becomes of SIGTERM at the first process of a container. */
export type ProcessOne =
  /** It reaches a program, whose words these are: none where only a shell could tell them. */
  | { kind: 'reaches'; words: string[]; catches: boolean }
  /** It ends at a program that does not pass it on, called so. */
  | { kind: 'lost'; by: 'shell' | 'manager'; name: string; at: number }
  /** It ends at a script of the repository, which starts the program without exec. */
  | { kind: 'lost in script'; script: NamedScript; end: Extract<ScriptEnd, { kind: 'stays' }> }
  | { kind: 'unclear'; why: string; at: number }

const STEPS_MAX = 8

/**
 * Follows the words that a container starts with through inits, wrappers, shells and scripts, to the program in the end.
 * `at` in what comes back counts the words up to the one that is told of. `scriptOf` gives scripts of the repository.
 */
export function processOne(
  argv: readonly string[],
  scriptOf: (word: string) => NamedScript | null,
): ProcessOne {
  let words = [...argv]
  let at = 0
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const kind = kindOfProgram(words)
    if (kind === 'manager') return managerAt(words, at)
    if (kind === 'keeper') return { kind: 'reaches', words, catches: true }
    const next = nextOf(words, { kind, at, scriptOf })
    if (next === null) return { kind: 'reaches', words: withoutInterpreter(words), catches: isKeeper(words) }
    if (!Array.isArray(next)) return next
    // What a script becomes may be words of its own, and is then still told of where the script was named.
    const from = argv.length - next.length
    if (next.every((word, index) => argv[from + index] === word)) at = from
    words = next
  }
  return { kind: 'unclear', why: 'it starts itself again and again', at: 0 }
}

const isKeeper = (words: readonly string[]): boolean => kindOfProgram(withoutInterpreter(words)) === 'keeper'

const managerAt = ([first = '']: readonly string[], at: number): ProcessOne => ({
  ...{ kind: 'lost', by: 'manager', name: baseOf(first) },
  at,
})

interface Looking {
  kind: ReturnType<typeof kindOfProgram>
  at: number
  scriptOf: (word: string) => NamedScript | null
}

/** The words of the process that comes next, the answer where there is one, null for a program. */
function nextOf(words: readonly string[], looking: Looking): string[] | ProcessOne | null {
  const { kind, at, scriptOf } = looking
  if (kind === 'init' || kind === 'wrapper') {
    const start = startBehind(words)
    return start === null
      ? { kind: 'unclear', why: `what ${baseOf(words[0] ?? '')} runs is not said here`, at }
      : words.slice(start)
  }
  if (kind === 'shell') return inShell(words, looking)
  return isScriptName(words[0] ?? '') ? inScript(words, { at, scriptOf }) : null
}

function inShell(words: readonly string[], { at, scriptOf }: Looking): string[] | ProcessOne | null {
  const [shell = '', ...rest] = words
  const flag = rest.findIndex((word) => /^-\w*c$/.test(word))
  const name = rest.findIndex((word) => !word.startsWith('-'))
  if (flag === -1 || (name !== -1 && name < flag))
    return name === -1
      ? { kind: 'unclear', why: `${baseOf(shell)} is started with nothing to run`, at }
      : inScript(rest.slice(name), { at, scriptOf })
  const end = endOfScript(rest[flag + 1] ?? '')
  if (end.kind === 'unclear')
    return { kind: 'unclear', why: `what ${baseOf(shell)} -c ends in cannot be told`, at }
  if (end.kind === 'stays') {
    const program = shellWords(rest[flag + 1] ?? '') ?? []
    return kindOfProgram(program) === 'manager'
      ? managerAt(program, at)
      : { kind: 'lost', by: 'shell', name: baseOf(shell), at }
  }
  // Words behind the script are its $0, $1 and so on.
  return execWords(end.words, rest.slice(flag + 3))
}

/** `exec "$@"` becomes the words that the script was given. */
const execWords = (words: string[], given: readonly string[]): string[] | ProcessOne => {
  const all = words[0] === '$@' ? [...given] : words
  return all.length === 0 ? { kind: 'reaches', words: [], catches: false } : all
}

const isScriptName = (word: string): boolean => /\.(?:sh|bash)$|entrypoint[\w-]*$/.test(baseOf(word))

function inScript(
  [name = '', ...given]: readonly string[],
  { at, scriptOf }: { at: number; scriptOf: (word: string) => NamedScript | null },
): string[] | ProcessOne {
  const script = scriptOf(name)
  if (script === null) {
    // Official images bring an entry point of that name, which ends in exec "$@".
    if (baseOf(name) === 'docker-entrypoint.sh' && given.length > 0) return given
    return { kind: 'unclear', why: `the script ${baseOf(name)} is not in this repository`, at }
  }
  const end = endOfScriptFile(script.text)
  if (end.kind === 'stays') return { kind: 'lost in script', script, end }
  if (end.kind === 'exec') return execWords(end.words, given)
  // Branches that this reader does not follow: one that never says exec keeps the shell for certain.
  return /(?:^|[;&|]|\bthen|\bdo|\belse|\))\s*exec\s+[^\s<>&]/m.test(script.text)
    ? { kind: 'reaches', words: [], catches: false }
    : { kind: 'lost in script', script, end: { kind: 'stays', at: null } }
}
