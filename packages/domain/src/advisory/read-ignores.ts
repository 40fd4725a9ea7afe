import { TomlDate, TomlError, parse } from 'smol-toml'
import { fieldsOf, listOf, textOf } from '../inventory/lockfile/lockfile.ts'
import type { Fields } from '../inventory/lockfile/lockfile.ts'

/** What another tool was told to be silent about. */
export interface Ignored {
  advisory: string
  /** Null where that tool does not ask for one. */
  reason: string | null
  /** `YYYY-MM-DD`; null where it is for ever. */
  expires: string | null
}

const isAdvisory = (text: string | null): text is string => /^[A-Za-z][\w.:-]{2,99}$/.test(text ?? '')

/** Files that are known, by name. */
const readers: readonly { name: RegExp; read: (root: Fields) => unknown[] }[] = [
  {
    name: /(?:^|\/)\.?(?:audit|deny)\.toml$/,
    read: (root) => [...listOf(fieldsOf(root.get('advisories')).get('ignore'))],
  },
  { name: /(?:^|\/)osv-scanner\.toml$/, read: (root) => [...listOf(root.get('IgnoredVulns'))] },
]

/**
 * The ignores of `audit.toml` (cargo-audit), `deny.toml` (cargo-deny), `osv-scanner.toml` and `.trivyignore`. A text where
 * the file is none of these or one of its entries cannot be read: nothing is taken over in part.
 */
export function readIgnores(path: string, text: string): Ignored[] | string {
  if (/(?:^|\/)\.trivyignore$/.test(path)) return trivyIgnores(text)
  const reader = readers.find(({ name }) => name.test(path))
  if (reader === undefined) return 'is none of audit.toml, deny.toml, osv-scanner.toml and .trivyignore'
  try {
    const items = reader.read(fieldsOf(parse(text))).map(ignoredOf)
    const unread = items.indexOf(null)
    return unread === -1
      ? items.filter((item) => item !== null)
      : `has an entry without an id, or with an end that is no date: number ${unread + 1}`
  } catch (thrown) {
    if (thrown instanceof TomlError || thrown instanceof RangeError)
      return `is no TOML: ${thrown.message.split('\n')[0] ?? ''}`
    throw thrown
  }
}

/** An id alone, or a table with `id`, `reason` and `ignoreUntil`. */
function ignoredOf(item: unknown): Ignored | null {
  const fields = fieldsOf(item)
  const advisory = textOf(item) ?? textOf(fields.get('id'))
  if (!isAdvisory(advisory)) return null
  const until = fields.get('ignoreUntil')
  const day = until instanceof TomlDate ? until.toISOString().slice(0, 10) : null
  // An end that cannot be read is none that may be left out.
  if (until !== undefined && !/^\d{4}-\d\d-\d\d$/.test(day ?? '')) return null
  return { advisory, reason: textOf(fields.get('reason')), expires: day }
}

/** An id a line, `exp:YYYY-MM-DD` behind it; a comment above it is the reason. */
function trivyIgnores(text: string): Ignored[] | string {
  const found: Ignored[] = []
  let comment: string[] = []
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    const line = row.trim()
    if (line.startsWith('#')) comment.push(line.replace(/^#\s*/, ''))
    else if (line === '') comment = []
    else {
      const entry = trivyEntry(line)
      if (entry === null) return `cannot be read on line ${at + 1}`
      found.push({ ...entry, reason: comment.join(' ') || null })
    }
  }
  return found
}

function trivyEntry(line: string): Pick<Ignored, 'advisory' | 'expires'> | null {
  const [, advisory = '', expires] = /^(\S+)(?:\s+exp:(\d{4}-\d\d-\d\d))?(?:\s+#.*)?$/.exec(line) ?? []
  return isAdvisory(advisory) ? { advisory, expires: expires ?? null } : null
}
