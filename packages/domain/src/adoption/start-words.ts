import { finalStages, lastOf } from '../repository/dockerfile.ts'
import type { Dockerfile, DockerfileLine } from '../repository/dockerfile.ts'
import { scalarsIn } from '../repository/placed-yaml.ts'
import { settledText, valueOf } from '../repository/written-compose.ts'
import type { WrittenService } from '../repository/written-compose.ts'
import { splitShellWords } from '../project/compose/shell-words.ts'
import type { BuiltFrom } from './dockerfile-of.ts'

/** One half of the words that a container starts with: of the image, or of the compose file in its place. */
export interface StartPart {
  words: string[]
  /** `CMD npm start`, or `command: npm start`. */
  says: string
  file: string
  /** From 1. */
  line: number
  /** Where a Dockerfile says it: the instruction. */
  instruction: DockerfileLine | null
}

export interface ImageStart {
  entry: StartPart | null
  command: StartPart | null
  /** A shell other than the usual one runs the shell forms. */
  hasShell: boolean
}

/** What an image starts; null where its base image decides alone, or where no stage has the name that is asked for. */
export function imageStart({ dockerfile, target }: BuiltFrom): ImageStart | null {
  const chain = finalStages(dockerfile, target)
  const shell = lastOf(chain, 'SHELL')?.words ?? null
  const part = (keyword: 'ENTRYPOINT' | 'CMD'): StartPart | null => {
    const line = lastOf(chain, keyword)
    return line === undefined ? null : ofInstruction(dockerfile, line, shell ?? ['/bin/sh', '-c'])
  }
  const [entry, command] = [part('ENTRYPOINT'), part('CMD')]
  return entry === null && command === null ? null : { entry, command, hasShell: shell !== null }
}

const ofInstruction = ({ path }: Dockerfile, line: DockerfileLine, shell: readonly string[]): StartPart => ({
  words: line.words ?? [...shell, line.text],
  says: `${line.keyword} ${short(line.text)}`,
  ...{ file: path, line: line.line, instruction: line },
})

export const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** What the compose file says in place of one half; null where it says nothing, empty where it takes the half away. */
export function composePart(service: WrittenService, key: 'entrypoint' | 'command'): StartPart | null {
  const written = valueOf(service, key)
  if (written === undefined || (written.value.kind === 'scalar' && written.value.isNull)) return null
  const texts = scalarsIn(written.value).map(({ text }) => settledText(text, new Map()) ?? text)
  // One text is split into words, and no shell reads it.
  const words = written.value.kind === 'list' ? texts : (splitShellWords(texts[0] ?? '')?.words ?? [])
  return {
    ...{ words, says: `${key}: ${short(texts.join(' '))}`, instruction: null },
    ...{ file: written.file, line: written.line },
  }
}

/** The halves in force, in the order of their words. The shell form of an entry point takes no words of a command. */
export function partsInForce(
  image: ImageStart | null,
  { entrypoint, command }: { entrypoint: StartPart | null; command: StartPart | null },
): StartPart[] {
  const entry = entrypoint ?? image?.entry ?? null
  if (entry?.instruction?.words === null) return [entry]
  const own = command?.words.length === 0 ? null : command
  // With an entry point of its own compose leaves the image's command out.
  return withWords(entrypoint === null ? [entry, own ?? image?.command] : [entry, own])
}

const withWords = (parts: readonly (StartPart | null | undefined)[]): StartPart[] =>
  parts.flatMap((part) => (part === null || part === undefined || part.words.length === 0 ? [] : [part]))
