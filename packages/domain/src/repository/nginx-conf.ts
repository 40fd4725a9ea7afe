/** One directive of an nginx file, with what stands in its braces. */
export interface NginxDirective {
  name: string
  args: string[]
  /** From 1, where its name stands. */
  line: number
  /** Null for a directive that ends with `;`. */
  children: NginxDirective[] | null
}

export type NginxReading =
  | { ok: true; directives: NginxDirective[] }
  /** What was read before the mistake is kept: it is still evidence. */
  | { ok: false; line: number; message: string; directives: NginxDirective[] }

interface Token {
  kind: 'word' | '{' | '}' | ';'
  text: string
  line: number
}

const DIRECTIVES_MAX = 20_000
const DEPTH_MAX = 30

/**
 * Reads nginx configuration by its own lexical rules: words, quotes, `#` comments, `;`, braces, `${name}` inside a word.
 * Files that `include` names are not followed. Never throws; time grows with the length of the text alone.
 */
export function readNginx(text: string): NginxReading {
  const building = new Building()
  for (const token of tokensOf(text)) {
    const mistake = building.take(token)
    if (mistake !== null) return { ok: false, line: token.line, message: mistake, directives: building.root }
  }
  const left = building.unended()
  return left === null
    ? { ok: true, directives: building.root }
    : { ok: false, ...left, directives: building.root }
}

class Building {
  readonly root: NginxDirective[] = []
  private readonly open: NginxDirective[] = []
  private words: Token[] = []
  private count = 0

  /** What is wrong with a token where it stands; null where nothing is. */
  take(token: Token): string | null {
    if (token.kind === 'word') {
      this.words.push(token)
      return null
    }
    return token.kind === '}' ? this.close() : this.end(token)
  }

  private close(): string | null {
    const [first] = this.words
    if (first !== undefined) return `${shown(first)} is not ended by ";"`
    return this.open.pop() === undefined ? 'a "}" closes nothing' : null
  }

  private end(token: Token): string | null {
    const directive = directiveOf(this.words, token)
    this.words = []
    this.count += 1
    if (directive === null) return `a "${token.kind}" without a directive before it`
    if (this.count > DIRECTIVES_MAX || this.open.length > DEPTH_MAX) return 'too many directives, or too deep'
    ;(this.open.at(-1)?.children ?? this.root).push(directive)
    if (directive.children !== null) this.open.push(directive)
    return null
  }

  unended(): { line: number; message: string } | null {
    const [word] = this.words
    if (word !== undefined) return { line: word.line, message: `${shown(word)} is not ended by ";"` }
    const block = this.open.at(-1)
    return block === undefined
      ? null
      : { line: block.line, message: `the "{" of ${block.name.slice(0, 40)} is never closed` }
  }
}

const shown = ({ text }: Token): string => `"${text.slice(0, 40)}"`

function directiveOf(words: readonly Token[], end: Token): NginxDirective | null {
  const [name, ...args] = words
  if (name === undefined) return null
  return {
    ...{ name: name.text, line: name.line, args: args.map(({ text }) => text) },
    children: end.kind === '{' ? [] : null,
  }
}

/** Quoted text, a word with `${name}` in it, a comment, one of `{};`, or a line end. The last branch takes any rest. */
const TOKEN =
  /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|#[^\n]*|[{};]|\n|[^\S\n]+|(?:\$\{\w*\}|\\[\s\S]|[^\s{};])+|[\s\S]/g

function* tokensOf(text: string): Generator<Token> {
  let line = 1
  for (const [found] of text.matchAll(TOKEN)) {
    const first = found[0] ?? ''
    if (first === '{' || first === '}' || first === ';') yield { kind: first, text: first, line }
    else if ((first === '"' || first === "'") && found.length > 1)
      yield { kind: 'word', text: found.slice(1, -1), line }
    else if (first !== '#' && found.trim() !== '') yield { kind: 'word', text: found, line }
    for (let at = found.indexOf('\n'); at !== -1; at = found.indexOf('\n', at + 1)) line += 1
  }
}

/** Every directive of a tree, each with the blocks around it, outermost first. */
export function* walkNginx(
  directives: readonly NginxDirective[],
  around: readonly NginxDirective[] = [],
): Generator<{ directive: NginxDirective; around: readonly NginxDirective[] }> {
  for (const directive of directives) {
    yield { directive, around }
    if (directive.children !== null) yield* walkNginx(directive.children, [...around, directive])
  }
}
