import { DockerfileParser } from 'dockerfile-ast'
import type { Instruction } from 'dockerfile-ast'

/** One instruction of a Dockerfile, continuation lines joined. */
export interface DockerfileLine {
  /** In capitals: `FROM`, `CMD`. */
  keyword: string
  /** Everything behind the keyword on one line. */
  text: string
  /** Words of the exec form `["a", "b"]`; null for the shell form. */
  words: string[] | null
  /** First and last line, from 1. */
  line: number
  lastLine: number
}

export interface DockerfileStage {
  /** Image, or the name of a stage before. */
  from: string
  name: string | null
  platform: string | null
  line: number
  lines: DockerfileLine[]
}

export interface Dockerfile {
  path: string
  text: string
  /** `ARG` lines before the first `FROM`, name -> default. */
  args: ReadonlyMap<string, string>
  stages: DockerfileStage[]
}

/** More is no Dockerfile that people write; the parser's time grows with it. */
const TEXT_LENGTH_MAX = 128 * 1024

/** Reads a Dockerfile; null where it is too long, or nothing the parser can take. Never throws. */
export function readDockerfile(path: string, text: string): Dockerfile | null {
  if (text.length > TEXT_LENGTH_MAX) return null
  try {
    const rows = text.split(/\r?\n/)
    const lines = DockerfileParser.parse(text)
      .getInstructions()
      .map((instruction) => lineOf(instruction, rows))
    return staged(path, text, lines)
  } catch {
    // The parser is for editors and says nothing of what it cannot take; whatever stops it makes the file unread.
    return null
  }
}

function staged(path: string, text: string, lines: readonly DockerfileLine[]): Dockerfile {
  const args = new Map<string, string>()
  const stages: DockerfileStage[] = []
  for (const line of lines) {
    const stage = stages.at(-1)
    if (line.keyword === 'FROM') stages.push(stageOf(line))
    else if (stage !== undefined) stage.lines.push(line)
    else if (line.keyword === 'ARG') {
      const [name = '', value = ''] = line.text.split('=', 2)
      args.set(name, value.replaceAll(/^["']|["']$/g, ''))
    }
  }
  return { path, text, args, stages }
}

/** From the text itself: the parser's own arguments leave the flags out. */
function lineOf(instruction: Instruction, rows: readonly string[]): DockerfileLine {
  const { start, end } = instruction.getRange()
  const keyword = instruction.getKeyword()
  const text = rows
    .slice(start.line, end.line + 1)
    .join('\n')
    .slice(start.character + keyword.length)
    .replaceAll(/\s*[\\`]\s*\n(?:\s*#[^\n]*\n)*\s*/g, ' ')
    .trim()
  return {
    ...{ keyword: keyword.toUpperCase(), text, words: execWords(text) },
    ...{ line: start.line + 1, lastLine: end.line + 1 },
  }
}

/** Docker takes the exec form only as valid JSON, and the shell form for everything else. */
function execWords(text: string): string[] | null {
  if (!text.startsWith('[')) return null
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : null
  } catch {
    return null
  }
}

function stageOf({ text, line }: DockerfileLine): DockerfileStage {
  const platform = /--platform=(\S+)/.exec(text)?.[1] ?? null
  const words = text.split(/\s+/).filter((word) => !word.startsWith('--'))
  const isNamed = words[1]?.toLowerCase() === 'as'
  return { from: words[0] ?? '', name: isNamed ? (words[2] ?? null) : null, platform, line, lines: [] }
}

/**
 * The stage that is built, with the stages it stands on, the nearest first: the last one, or the target by its name or
 * its number from 0. Empty where no stage is called so.
 */
export function finalStages({ stages }: Dockerfile, target: string | null): DockerfileStage[] {
  const last =
    target === null
      ? stages.at(-1)
      : (stages.findLast(({ name }) => name?.toLowerCase() === target.toLowerCase()) ??
        stages[/^\d+$/.test(target) ? Number(target) : -1])
  const chain: DockerfileStage[] = []
  let stage = last
  while (stage !== undefined && !chain.includes(stage)) {
    chain.push(stage)
    const { from } = stage
    const before = stages.slice(0, stages.indexOf(stage))
    stage = before.findLast(({ name }) => name !== null && name.toLowerCase() === from.toLowerCase())
  }
  return chain
}

/** The last instruction of that keyword in a chain of stages: what the image runs with. */
export function lastOf(chain: readonly DockerfileStage[], keyword: string): DockerfileLine | undefined {
  for (const { lines } of chain) {
    const found = lines.findLast((line) => line.keyword === keyword)
    if (found !== undefined) return found
  }
  return undefined
}
