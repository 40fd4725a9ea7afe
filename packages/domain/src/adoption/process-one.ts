import { finalStages, lastOf } from '../repository/dockerfile.ts'
import type { Dockerfile, DockerfileLine } from '../repository/dockerfile.ts'
import { shellWords } from './shell-words.ts'

/** What becomes of SIGTERM at the first process of a container, as its Dockerfile sets it up. */
export interface ProcessOne {
  line: DockerfileLine
  /** Why the signal does not reach the program; null where it does. */
  lost: string | null
  /** The same line, mended; null where a person has to. */
  mended: string | null
  /** Words of the program that runs in the end, where they are known. */
  words: string[]
}

const MANAGERS = /^(?:npm|yarn|pnpm|npx|bunx?|pnpx)$/
const INITS = /^(?:tini|dumb-init|catatonit|s6-svscan|runsvdir|supervisord|pm2-runtime)$/
const SHELLS = /^(?:sh|bash|ash|dash|zsh)$/

/** The start of the final stage, ENTRYPOINT before CMD; null where the base image decides alone. */
export function processOne(file: Dockerfile, target: string | null): ProcessOne | null {
  const chain = finalStages(file, target)
  const entry = lastOf(chain, 'ENTRYPOINT')
  const command = lastOf(chain, 'CMD')
  const line = entry ?? command
  if (line === undefined) return null
  if (line.words === null) return shellForm(line)
  return execForm(line, line.words, entry === undefined ? [] : (command?.words ?? []))
}

function shellForm(line: DockerfileLine): ProcessOne {
  const words = shellWords(line.text)
  const plain = line.text.replace(/^exec\s+/, '')
  if (/^exec\s/.test(line.text)) return judged(line, shellWords(plain) ?? [])
  if (words === null)
    return {
      ...{ line, words: [], mended: null },
      lost: 'its shell form runs it below sh, which does not pass SIGTERM on',
    }
  const { lost } = judged(line, words)
  return {
    ...{ line, words },
    lost: lost ?? 'its shell form runs it below sh, which does not pass SIGTERM on',
    mended: lost === null ? `${line.keyword} ${JSON.stringify(words)}` : null,
  }
}

function execForm(line: DockerfileLine, words: string[], more: readonly string[]): ProcessOne {
  const [first = '', ...rest] = words
  if (!SHELLS.test(baseOf(first)) || !/^-\w*c$/.test(rest[0] ?? '')) return judged(line, [...words, ...more])
  const script = rest[1] ?? ''
  if (/(?:^|&&|;|\n)\s*exec\s+\S+[^;&|\n]*$/.test(script)) {
    return judged(line, shellWords(script.slice(script.lastIndexOf('exec') + 5)) ?? [])
  }
  const at = Math.max(script.lastIndexOf('&&') + 2, script.lastIndexOf(';') + 1, 0)
  const from = at === 1 ? 0 : at
  const last = script.slice(from)
  const isSimple = !/[|&\n]/.test(last) && last.trim() !== ''
  const mended = `${script.slice(0, from)}${last.replace(/^\s*/, (space) => `${space}exec `)}`
  return {
    ...{ line, words: [] },
    lost: `${baseOf(first)} -c without exec stays the first process and does not pass SIGTERM on`,
    mended: isSimple
      ? `${line.keyword} ${JSON.stringify([first, ...rest.slice(0, 1), mended, ...rest.slice(2)])}`
      : null,
  }
}

function judged(line: DockerfileLine, words: string[]): ProcessOne {
  const first = baseOf(words[0] ?? '')
  // Official images bring an entry point of that name, which ends in exec "$@".
  const isOfficial = first === 'docker-entrypoint.sh' && words.length > 1
  const program = INITS.test(first) || isOfficial ? withoutInit(words) : words
  const manager = baseOf(program[0] ?? '')
  if (!MANAGERS.test(manager)) return { line, words: program, lost: null, mended: null }
  return {
    ...{ line, words: program, mended: null },
    lost: `${manager} is the first process and does not pass SIGTERM on dependably: the program below it is killed instead`,
  }
}

const withoutInit = (words: readonly string[]): string[] => {
  const end = words.indexOf('--')
  const at = end === -1 ? words.findIndex((word, index) => index > 0 && !word.startsWith('-')) : end + 1
  return at === -1 ? [] : words.slice(at)
}

const baseOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1)
