/** One command of a ```console block and the output the page promises for it. */
export interface DocCommand {
  line: number
  command: string
  expected: string[]
}

/** A ```console block: its commands, or the reason the page gives for not running it. */
export interface DocBlock {
  line: number
  notRun: string | undefined
  commands: DocCommand[]
}

/** A path a page cites, from the repository's root, with the line that cites it. */
export interface DocPath {
  line: number
  path: string
}

const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)/
const notRunMark = /^# not run: (.+)$/

interface Fenced {
  line: number
  language: string
  body: string[]
}

/** Splits a page into its fenced blocks and the prose around them, both with their line numbers. */
const splitPage = (markdown: string): { blocks: Fenced[]; prose: { line: number; text: string }[] } => {
  const blocks: Fenced[] = []
  const prose: { line: number; text: string }[] = []
  let open: (Fenced & { mark: string }) | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const found = fence.exec(text)
    if (open !== undefined && found?.[2]?.startsWith(open.mark) === true && found[3] === '') {
      blocks.push(open)
      open = undefined
    } else if (open !== undefined) open.body.push(text)
    else if (found !== null)
      open = { line: index + 1, language: found[3] ?? '', body: [], mark: found[2] ?? '' }
    else prose.push({ line: index + 1, text })
  }
  return { blocks, prose }
}

const toCommands = ({ line, body }: Fenced): DocCommand[] => {
  const commands: DocCommand[] = []
  for (const [index, text] of body.entries()) {
    const last = commands.at(-1)
    if (text.startsWith('$ ')) commands.push({ line: line + 1 + index, command: text.slice(2), expected: [] })
    else if (text.startsWith('> ') && last?.expected.length === 0) last.command += `\n${text.slice(2)}`
    else if (!text.startsWith('# ') || last !== undefined) last?.expected.push(text)
  }
  return commands
}

/**
 * The ```console blocks of a page. A line `$ command` (continued by lines `> ...`) is a command, what follows is
 * its output. A block whose first line is `# not run: reason` is not run.
 */
export const consoleBlocks = (markdown: string): DocBlock[] =>
  splitPage(markdown)
    .blocks.filter(({ language }) => language === 'console')
    .map((block) => ({
      line: block.line,
      notRun: notRunMark.exec(block.body[0] ?? '')?.[1],
      commands: toCommands(block),
    }))

const lineMatches = (expected: string, actual: string): boolean => {
  const parts = expected.trimEnd().split('...')
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')
  return new RegExp(`^${pattern}$`).test(actual.trimEnd())
}

/**
 * Whether the output is what the page promises. `...` alone on a line stands for any lines, inside a line for
 * any text. Blank lines at the end and spaces at the end of a line do not count.
 */
export const outputMatches = (expected: string[], actual: string[]): boolean => {
  const [first, ...rest] = expected
  if (first === undefined) return actual.every((line) => line.trim() === '')
  if (first.trim() === '...') {
    return outputMatches(rest, actual) || (actual.length > 0 && outputMatches(expected, actual.slice(1)))
  }
  const [line, ...others] = actual
  if (line === undefined) return expected.every((wanted) => wanted.trim() === '' || wanted.trim() === '...')
  return lineMatches(first, line) && outputMatches(rest, others)
}

const link = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g
const code = /`([^`\s]+)`/g
const elsewhere = /^(?:[a-z][a-z0-9+.-]*:|#|\/)/i
const houseRoots = /^(?:packages|docs|tools|demo|bench|examples|\.ci|\.githooks)\//
const placeholder = /[<>{}…$]|\.\.\./

const resolveFrom = (page: string, target: string): string => {
  const parts = page.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/**
 * The paths a page cites: relative links (from the page's folder) and code spans that start with a folder of the
 * house (from the root). A `*` is kept, so the caller can look for one match; a placeholder is no path.
 */
export const citedPaths = (page: string, markdown: string): DocPath[] =>
  splitPage(markdown).prose.flatMap(({ line, text }) => {
    const links = Array.from(text.matchAll(link), ([, target = '']) => target)
      .filter((target) => !elsewhere.test(target))
      .map((target) => resolveFrom(page, target.split('#')[0] ?? ''))
    const spans = Array.from(text.matchAll(code), ([, span = '']) => span)
      .filter((span) => houseRoots.test(span) && !placeholder.test(span))
      .map((span) => span.replace(/(?::\d+)?\/?$/, ''))
    return [...links, ...spans].filter((path) => path !== '').map((path) => ({ line, path }))
  })
