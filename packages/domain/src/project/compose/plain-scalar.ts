import { floatText } from './go-number.ts'
import type { ScalarTree } from './tree.ts'

type Value = Pick<ScalarTree, 'value' | 'text' | 'written'>

const INTEGER = /^([-+]?)(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$/
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/

/**
 * An unquoted YAML scalar as Docker Compose's own reader takes it: YAML 1.2 with the older octal (`0644`) and
 * underscores in whole numbers. `text` is what a container would get.
 */
export function plainScalar(source: string): Value {
  if (/^(|~|null|Null|NULL)$/.test(source)) return { value: null, text: '' }
  if (/^(true|True|TRUE)$/.test(source)) return spelled(true, 'true', source)
  if (/^(false|False|FALSE)$/.test(source)) return spelled(false, 'false', source)
  const integer = INTEGER.exec(source)
  if (integer) {
    const value = wholeNumber(integer[1] ?? '', integer[2] ?? '')
    if (value !== null) return spelled(Number(value), String(value), source)
  }
  if (FLOAT.test(source)) return spelled(Number(source), floatText(Number(source)), source)
  return { value: source, text: source }
}

const spelled = (value: number | boolean, text: string, source: string): Value =>
  text === source ? { value, text } : { value, text, written: source }

function wholeNumber(sign: string, digits: string): bigint | null {
  const bare = digits.replaceAll('_', '')
  if (/^0[0-9]+$/.test(bare) && /[89]/.test(bare)) return null
  const value = BigInt(/^0[0-7]+$/.test(bare) ? `0o${bare}` : bare)
  return sign === '-' ? -value : value
}
