export type FileKind =
  | 'dockerfile'
  | 'nginx'
  | 'workflow'
  | 'pipeline'
  | 'manifest'
  | 'unit'
  | 'cron'
  | 'script'
  | 'source'
  | 'other'

type Rule = readonly [kind: FileKind, path: RegExp]

const RULES: readonly Rule[] = [
  [
    'pipeline',
    /^(?:\.gitlab-ci\.ya?ml|\.gitlab\/.+\.ya?ml|\.circleci\/.+\.ya?ml|bitbucket-pipelines\.ya?ml|azure-pipelines\.ya?ml|\.drone\.ya?ml|\.woodpecker(?:\/.+)?\.ya?ml|\.travis\.ya?ml|\.github\/actions\/.+\/action\.ya?ml)$|(?:^|\/)Jenkinsfile(?:\.\w+)?$/,
  ],
  ['workflow', /^\.github\/workflows\/[^/]+\.ya?ml$/],
  ['dockerfile', /(?:^|\/)(?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$/i],
  ['manifest', /(?:^|\/)(?:Cargo\.toml|package\.json|[\w.-]*package-lock\.json)$/],
  ['unit', /\.(?:service|timer)$/],
  [
    'cron',
    /(?:^|\/)(?:crontab[\w.-]*|[\w.-]+\.cron(?:tab)?|cron(?:\.d|\.daily|\.hourly|\.weekly|\.monthly)\/[^/]+)$/i,
  ],
  ['script', /(?:\.(?:sh|bash|zsh)|(?:^|\/)(?:Makefile|justfile|Justfile|Taskfile\.ya?ml|Procfile))$/],
  ['source', /\.(?:rs|[cm]?[jt]sx?|py|go|rb|java|kt|kts|cs|php|ex|exs|scala)$/],
]

const NGINX_PATH =
  /(?:^|\/)(?:nginx[\w.-]*|default|sites-(?:enabled|available)\/[\w.-]+)$|\.conf(?:\.template|\.j2|\.tmpl)?$/
const NGINX_WORDS = /^\s*(?:http|server|upstream\s+\S+|location\s[^{]*)\s*\{|^\s*proxy_pass\s/m

/** What a file is, by its path, and for the many meanings of `.conf` by its words. */
export function kindOfFile(path: string, text: string): FileKind {
  const found = RULES.find(([, pattern]) => pattern.test(path))
  if (found !== undefined) return found[0]
  if (NGINX_PATH.test(path) && NGINX_WORDS.test(text)) return 'nginx'
  return text.startsWith('#!') ? 'script' : 'other'
}

/** Whether a path alone makes a file worth opening: everything of a known kind, and what compose files may name. */
export const isWorthReading = (path: string): boolean =>
  RULES.some(([, pattern]) => pattern.test(path)) ||
  NGINX_PATH.test(path) ||
  /(?:^|\/)(?:[\w.-]*compose[\w.-]*\.ya?ml|\.env|\.env\.[\w-]+|towpath\.yaml|next\.config\.[cm]?[jt]s|vite\.config\.[cm]?[jt]s)$/.test(
    path,
  ) ||
  /(?:^|\/)(?:renewal-hooks\/|[\w.-]+\.(?:pem|crt|cer)$|[\w-]*entrypoint[\w.-]*$|[\w-]*deploy[\w-]*$|[\w-]*start[\w-]*$)/.test(
    path,
  )
