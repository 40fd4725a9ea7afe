/** What a system calls itself: `ID` and `VERSION_ID` of os-release(5). */
export interface OsRelease {
  /** Lower case, as `debian`; empty where the file has none. */
  id: string
  /** As `12` or `3.20.3`; empty for rolling releases. */
  version: string
  codename: string
}

/** Reads `os-release`: shell assignments, a line each, of which only quotes and backslashes are taken as a shell would. */
export function readOsRelease(text: string): OsRelease {
  const values = new Map<string, string>()
  for (const row of text.slice(0, 64 * 1024).split('\n')) {
    const [, key = '', value = ''] = /^\s*([A-Z_]+)=(.*?)\s*$/.exec(row) ?? []
    if (key !== '') values.set(key, unquoted(value).slice(0, 100))
  }
  const word = (key: string): string => (values.get(key) ?? '').toLowerCase().replaceAll(/[^a-z0-9._-]/g, '')
  return { id: word('ID'), version: word('VERSION_ID'), codename: word('VERSION_CODENAME') }
}

const unquoted = (value: string): string =>
  value.replace(/^(["'])(.*)\1$/, '$2').replaceAll(/\\(["'$`\\])/g, '$1')
