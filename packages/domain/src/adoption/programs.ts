/** What a program does with a signal that is meant for the program below it, by its name. The only such list. */
export type ProgramKind =
  /** Runs the rest of its words and passes signals on to it. */
  | 'init'
  /** Becomes the rest of its words. */
  | 'wrapper'
  | 'shell'
  /** Starts the program below itself and does not pass signals on dependably. */
  | 'manager'
  /** Catches SIGTERM by itself. */
  | 'keeper'
  | 'program'

const INITS = /^(?:tini|tini-static|dumb-init|catatonit|docker-init)$/
const SHELLS = /^(?:sh|bash|ash|dash|zsh|ksh)$/
const MANAGERS =
  /^(?:npm|yarn|pnpm|npx|bunx|pnpx|nodemon|concurrently|npm-run-all|run-[sp]|turbo|nx|su|foreman|honcho)$/
const KEEPERS =
  /^(?:gunicorn|uvicorn|hypercorn|daphne|granian|puma|unicorn|nginx|caddy|traefik|haproxy|httpd|apache2-foreground|php-fpm|postgres|redis-server|valkey-server|celery|sidekiq)$/
/** Name -> own words before the program that it becomes. */
const WRAPPERS = new Map([
  ...['env', 'exec', 'nice', 'ionice', 'stdbuf', 'setpriv', 'chpst', 'nohup', 'setsid'].map(
    (name) => [name, 0] as const,
  ),
  ...['gosu', 'su-exec', 'setuidgid', 's6-setuidgid'].map((name) => [name, 1] as const),
  // Their first word is `run` or `exec`.
  ...['poetry', 'pipenv', 'uv', 'bundle'].map((name) => [name, 1] as const),
])
/** Flags of wrappers and inits that take the next word. */
const VALUED = /^-[nuUcCoeprS]$/

export const baseOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1)

/** The first word decides; what stands behind it are only its arguments. */
export function kindOfProgram(words: readonly string[]): ProgramKind {
  const name = baseOf(words[0] ?? '')
  if (INITS.test(name)) return 'init'
  if (WRAPPERS.has(name)) return 'wrapper'
  if (SHELLS.test(name)) return 'shell'
  const told = [name, ...words.slice(1, 3)].join(' ')
  // `bun server.ts` is the program itself, `bun run start` starts one.
  if (MANAGERS.test(name) || /^bun run [^.]*$/.test(told)) return 'manager'
  return KEEPERS.test(name) || told.startsWith('next start') ? 'keeper' : 'program'
}

/** Where the words begin of the program that a wrapper or an init runs; null where it has none, or flags hide it. */
export function startBehind(words: readonly string[]): number | null {
  const end = words.indexOf('--')
  const isInit = kindOfProgram(words) === 'init'
  if (end !== -1 && (isInit || end === 1)) return end + 1 < words.length ? end + 1 : null
  let own = WRAPPERS.get(baseOf(words[0] ?? '')) ?? 0
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (VALUED.test(word)) at += 1
    else if (!/^-|^\w+=/.test(word)) {
      if (own === 0) return at
      own -= 1
    }
  }
  return null
}

/** `python -m gunicorn` is gunicorn, `node node_modules/.bin/next` is next. */
export function withoutInterpreter(words: readonly string[]): string[] {
  const [first = '', second = '', third] = words
  if (/^python[\d.]*$/.test(baseOf(first)) && second === '-m' && third !== undefined) return words.slice(2)
  return /(?:^|\/)node_modules\/\.bin\//.test(second) && baseOf(first) === 'node'
    ? words.slice(1)
    : [...words]
}
