import { Lexer, Parser } from '@actions/expressions'
import type {
  Binary,
  ContextAccess,
  Expr,
  ExprVisitor,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Unary,
} from '@actions/expressions/ast'
import { anything, both, either, equal, not, ofTexts, ofTruth, oneOf, startsWith } from './possible.ts'
import type { Possible } from './possible.ts'
import type { JobStatus, World } from './world.ts'

export type ParsedCondition =
  | { ok: true; expression: Expr; asksStatus: boolean }
  /** Text around `${{ }}` makes a text of the whole, and a text that is not empty is true. */
  | { ok: false; why: 'text' }
  | { ok: false; why: 'refused'; message: string }

const STATUS_FUNCTIONS = ['success', 'failure', 'always', 'cancelled']
const STEP_CONTEXTS = [
  'github',
  'needs',
  'strategy',
  'matrix',
  'job',
  'runner',
  'env',
  'vars',
  'steps',
  'inputs',
]
const JOB_CONTEXTS = ['github', 'needs', 'vars', 'inputs']
const FUNCTIONS = [
  ...STATUS_FUNCTIONS.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: name === 'success' || name === 'failure' ? 255 : 0,
  })),
  { name: 'hashFiles', minArgs: 1, maxArgs: 255 },
]

/** Reads the text behind `if:` with GitHub's own parser, which bounds its length and depth. Never throws. */
export function parseCondition(text: string, of: 'job' | 'step'): ParsedCondition {
  const whole = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1]
  const inner = whole !== undefined && !whole.includes('${{') ? whole : text
  if (inner.includes('${{')) return { ok: false, why: 'text' }
  try {
    const { tokens } = new Lexer(inner).lex()
    const contexts = of === 'job' ? JOB_CONTEXTS : STEP_CONTEXTS
    const expression = new Parser(tokens, contexts, FUNCTIONS).parse()
    return {
      ok: true,
      expression,
      asksStatus: new RegExp(`\\b(?:${STATUS_FUNCTIONS.join('|')})\\s*\\(`, 'i').test(inner),
    }
  } catch (thrown) {
    return { ok: false, why: 'refused', message: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** What a condition comes to in a world, as far as that world is known. */
export const evaluateIn = (expression: Expr, world: World): Possible =>
  expression.accept(new Evaluation(world))

class Evaluation implements ExprVisitor<Possible> {
  private readonly world: World

  constructor(world: World) {
    this.world = world
  }

  visitLiteral({ literal }: Literal): Possible {
    return 'value' in literal &&
      (literal.value === null || ['string', 'number', 'boolean'].includes(typeof literal.value))
      ? oneOf(literal.value)
      : anything
  }

  visitUnary({ expr }: Unary): Possible {
    return not(expr.accept(this))
  }

  visitBinary({ left, right, operator }: Binary): Possible {
    if (operator.lexeme !== '==' && operator.lexeme !== '!=') return anything
    const same = equal(left.accept(this), right.accept(this))
    return operator.lexeme === '==' ? same : not(same)
  }

  visitLogical({ operator, args }: Logical): Possible {
    const join = operator.lexeme === '&&' ? both : either
    return args.map((arg) => arg.accept(this)).reduce((joined, next) => join(joined, next))
  }

  visitGrouping({ group }: Grouping): Possible {
    return group.accept(this)
  }

  visitContextAccess(): Possible {
    return anything
  }

  visitIndexAccess(access: IndexAccess): Possible {
    const path = pathOf(access)
    return path === null ? anything : (this.world.facts.get(path) ?? anything)
  }

  visitFunctionCall({ functionName, args }: FunctionCall): Possible {
    const name = functionName.lexeme.toLowerCase()
    if (name === 'always') return ofTruth('yes')
    if (STATUS_FUNCTIONS.includes(name)) return ofTruth(this.world.status === STATUS_OF[name] ? 'yes' : 'no')
    const [first = anything, second = anything] = args.map((arg) => arg.accept(this))
    return TEXT_FUNCTIONS[name]?.(first, second) ?? anything
  }
}

const STATUS_OF: Readonly<Record<string, JobStatus>> = {
  success: 'success',
  failure: 'failure',
  cancelled: 'cancelled',
}

/** Functions of two texts; all others may come to anything. */
const TEXT_FUNCTIONS: Readonly<Record<string, (first: Possible, second: Possible) => Possible>> = {
  startswith: startsWith,
  endswith: (first, second) =>
    ofTexts(first, second, (text, end) => text.toUpperCase().endsWith(end.toUpperCase())),
  contains: (first, second) =>
    ofTexts(first, second, (text, part) => text.toUpperCase().includes(part.toUpperCase())),
}

/** `github.event_name` as one dotted path in lower case; null where a part is worked out at run time. */
function pathOf(access: IndexAccess): string | null {
  const parts: string[] = []
  let here: Expr = access
  while ('index' in here) {
    const { expr, index } = here as IndexAccess
    const literal = 'literal' in index ? (index as Literal).literal : null
    if (literal === null || !('value' in literal) || typeof literal.value !== 'string') return null
    parts.unshift(literal.value)
    here = expr
  }
  return 'name' in here ? [(here as ContextAccess).name.lexeme, ...parts].join('.').toLowerCase() : null
}
