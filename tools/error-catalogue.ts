import { Visitor, parseSync } from 'oxc-parser'
import type { Expression, PrivateIdentifier } from 'oxc-parser'

/** One place that makes an error, as the source writes it. Parts only known at run time show as `<name>`. */
export interface ErrorSite {
  code: string
  kind: string
  message: string
  hint: string
  file: string
}

const runTimeText = '(written at run time)'
const codeShape = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/
const dotted = /^[\w$]+(?:\??\.[\w$]+)*$/

/** The names of the parts a template fills in: `${service.name}` shows as `<service.name>`. */
const placeholderFor = (source: string): string => {
  const plain = source.replaceAll(/\s+/g, ' ')
  return dotted.test(plain) ? `<${plain.replaceAll('?.', '.')}>` : '<...>'
}

type Written = Expression | PrivateIdentifier

const textOf = (node: Written | undefined, source: string): string => {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : runTimeText
    case 'TemplateLiteral':
      return node.quasis
        .map(({ value }, index) => (value.cooked ?? '') + partOf(node.expressions[index], source))
        .join('')
    case 'BinaryExpression':
      return partOf(node.left, source) + partOf(node.right, source)
    case 'ConditionalExpression':
      return `${textOf(node.consequent, source)} | ${textOf(node.alternate, source)}`
    case 'ParenthesizedExpression':
      return textOf(node.expression, source)
    default:
      return runTimeText
  }
}

const partOf = (node: Written | undefined, source: string): string => {
  if (node === undefined) return ''
  const text = textOf(node, source)
  return text === runTimeText ? placeholderFor(source.slice(node.start, node.end)) : text
}

/** Every string literal that the value of `code` can be, a conditional counted on both sides. */
const codesOf = (node: Expression): string[] => {
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : []
  return node.type === 'ConditionalExpression'
    ? [...codesOf(node.consequent), ...codesOf(node.alternate)]
    : []
}

/**
 * The errors a source file makes: object literals with a literal `code` in capitals beside a `message` or `hint`.
 * An error whose code is only known at run time passes on one that is made elsewhere, and is not listed.
 */
export const errorSites = (file: string, source: string): ErrorSite[] => {
  const sites: ErrorSite[] = []
  new Visitor({
    ObjectExpression: ({ properties }) => {
      const fields = new Map<string, Expression>()
      for (const property of properties) {
        if (property.type !== 'Property' || property.key.type !== 'Identifier') continue
        fields.set(property.key.name, property.value)
      }
      const code = fields.get('code')
      if (code === undefined || !(fields.has('message') || fields.has('hint'))) return
      const [kind, message, hint] = ['kind', 'message', 'hint'].map((name) =>
        textOf(fields.get(name), source),
      )
      for (const found of codesOf(code).filter((text) => codeShape.test(text))) {
        sites.push({ code: found, kind: kind ?? '', message: message ?? '', hint: hint ?? '', file })
      }
    },
  }).visit(parseSync(file, source).program)
  return sites
}

const sentence = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

const section = (code: string, sites: ErrorSite[]): string => {
  const facts = (pick: (site: ErrorSite) => string) => [...new Set(sites.map(pick))].map(sentence)
  const kinds = facts(({ kind }) => kind).filter((kind) => kind !== runTimeText)
  const told = sites.map(({ message, hint }) => `- says: ${sentence(message)}\n  then: ${sentence(hint)}`)
  return [
    `## ${code}`,
    '',
    ...(kinds.length === 0 ? [] : [`Kind: ${kinds.join(', ')}.`, '']),
    ...new Set(told),
    '',
    `Made in: ${facts(({ file }) => `\`${file}\``).join(', ')}`,
    '',
  ].join('\n')
}

/** The page of all errors, one section per code in the order of the alphabet. */
export const errorPage = (sites: ErrorSite[]): string => {
  const codes = [...new Set(sites.map(({ code }) => code))].toSorted()
  const head = [
    '# Errors',
    '',
    'Every error Towpath makes, read from its source. A part in angle brackets is filled in at run time.',
    'Written by `npm run docs:errors`; a test fails when this page and the source differ.',
    '',
  ].join('\n')
  const sections = codes.map((code) =>
    section(
      code,
      sites.filter((site) => site.code === code),
    ),
  )
  return [head, ...sections].join('\n')
}
