import type { Findings } from '../findings.ts'
import { parseBoolean } from '../scalars.ts'
import { textOf } from '../tree.ts'
import type { MapTree } from '../tree.ts'
import { each, keys } from './forms.ts'
import type { Form } from './forms.ts'

/** A quoted or interpolated truth as what it says; anything else stays for the schema to refuse. */
const truthOf: Form = (tree) => {
  const value =
    tree.kind === 'scalar' && typeof tree.value === 'string' ? parseBoolean(textOf(tree) ?? '') : null
  return value === null || tree.kind !== 'scalar' ? tree : { ...tree, value, text: String(value) }
}

const form = keys({ services: each(keys({ depends_on: each(keys({ required: truthOf })) })) })

/** Writes truths out where the schema takes no text, as Docker Compose does before it asks the schema. */
export function withTruths(file: MapTree, findings: Findings): MapTree {
  const changed = form(file, findings)
  return changed.kind === 'map' ? changed : file
}
