/** One file name by which a package world shows, and the Renovate manager that reads it. */
interface UpdateFile {
  pattern: RegExp
  renovate: string
  /** A lockfile is proof of packages by itself; a manifest may ask for none, or belong to a workspace above. */
  isLock: boolean
}

/** A package world that an update bot knows. */
export interface UpdateKind {
  /** For people, labels and names of groups. */
  name: string
  /** `package-ecosystem` of Dependabot; null where Dependabot does not update it. */
  dependabot: string | null
  /** The word for it in the names of Dependabot's branches, as in `dependabot/npm_and_yarn/left-pad-1.3.0`. */
  branch: string | null
  /**
   * Packages of code with semantic versions and advisories: what may be merged when it is green. Images and actions run
   * with the rights of the host or of CI before anybody looks, so they never are.
   */
  isCode: boolean
  /** What is covered from above: by a workspace that says so, by any such file above, or nothing. */
  above: 'workspace' | 'any' | 'none'
  files: readonly UpdateFile[]
}

const lock = (pattern: RegExp, renovate: string): UpdateFile => ({ pattern, renovate, isLock: true })
const manifest = (pattern: RegExp, renovate: string): UpdateFile => ({ pattern, renovate, isLock: false })

const code = (
  names: readonly [name: string, dependabot: string | null, branch: string | null],
  files: readonly UpdateFile[],
  above: UpdateKind['above'] = 'none',
): UpdateKind => ({ name: names[0], dependabot: names[1], branch: names[2], isCode: true, above, files })

const other = (
  names: readonly [name: string, dependabot: string | null, branch: string | null],
  files: readonly UpdateFile[] = [],
): UpdateKind => ({
  ...{ name: names[0], dependabot: names[1], branch: names[2] },
  ...{ isCode: false, above: 'none', files },
})

const packageJson = /(?:^|\/)package\.json$/

/**
 * Names of ecosystems: Dependabot's options reference and its published schema. Names of branches: its package managers'
 * own, which `dependabot/fetch-metadata` reads. Names of managers: Renovate's documentation. Where two kinds share a
 * manifest, the lockfile beside it says whose it is, and without one it is the first one's.
 */
export const updateKinds: readonly UpdateKind[] = [
  code(
    ['cargo', 'cargo', 'cargo'],
    [lock(/(?:^|\/)Cargo\.lock$/, 'cargo'), manifest(/(?:^|\/)Cargo\.toml$/, 'cargo')],
    'workspace',
  ),
  code(
    ['npm', 'npm', 'npm_and_yarn'],
    [
      lock(/(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock)$/, 'npm'),
      manifest(packageJson, 'npm'),
    ],
    'workspace',
  ),
  code(
    ['bun', 'bun', 'bun'],
    [lock(/(?:^|\/)bun\.lockb?$/, 'bun'), manifest(packageJson, 'bun')],
    'workspace',
  ),
  code(['deno', 'deno', 'deno'], [lock(/(?:^|\/)deno\.lock$/, 'deno')]),
  code(['go', 'gomod', 'go_modules'], [lock(/(?:^|\/)go\.mod$/, 'gomod')]),
  code(
    ['python', 'pip', 'pip'],
    [
      lock(/(?:^|\/)(?:(?:[\w.-]+[-_])?requirements[\w.-]*|requirements\/[\w.-]+)\.txt$/, 'pip_requirements'),
      lock(/(?:^|\/)Pipfile(?:\.lock)?$/, 'pipenv'),
      lock(/(?:^|\/)poetry\.lock$/, 'poetry'),
      manifest(/(?:^|\/)pyproject\.toml$/, 'pep621'),
    ],
  ),
  code(
    ['uv', 'uv', 'uv'],
    [lock(/(?:^|\/)uv\.lock$/, 'pep621'), manifest(/(?:^|\/)pyproject\.toml$/, 'pep621')],
  ),
  code(['ruby', 'bundler', 'bundler'], [lock(/(?:^|\/)(?:Gemfile|gems\.rb)(?:\.lock)?$/, 'bundler')]),
  code(['php', 'composer', 'composer'], [lock(/(?:^|\/)composer\.(?:lock|json)$/, 'composer')]),
  code(['elixir', 'mix', 'hex'], [lock(/(?:^|\/)mix\.(?:lock|exs)$/, 'mix')]),
  code(['dart', 'pub', 'pub'], [lock(/(?:^|\/)pubspec\.(?:lock|yaml)$/, 'pub')]),
  code(['swift', 'swift', 'swift'], [lock(/(?:^|\/)Package\.(?:resolved|swift)$/, 'swift')]),
  code(['gradle', 'gradle', 'gradle'], [manifest(/(?:^|\/)build\.gradle(?:\.kts)?$/, 'gradle')], 'any'),
  code(['maven', 'maven', 'maven'], [manifest(/(?:^|\/)pom\.xml$/, 'maven')], 'any'),
  code(['dotnet', 'nuget', 'nuget'], [lock(/\.(?:cs|fs|vb)proj$/, 'nuget')]),
  other(['docker', 'docker', 'docker']),
  other(['docker-compose', 'docker-compose', 'docker_compose']),
  other(['github-actions', 'github-actions', 'github_actions']),
  other(['terraform', 'terraform', 'terraform'], [lock(/(?:^|\/)\.terraform\.lock\.hcl$/, 'terraform')]),
  other(['helm', 'helm', 'helm'], [lock(/(?:^|\/)Chart\.lock$/, 'helmv3')]),
  other(['submodules', 'gitsubmodule', 'submodules'], [lock(/^\.gitmodules$/, 'git-submodules')]),
  other(['gitlab-ci', null, null]),
]

const workspaceFile = /(?:^|\/)pnpm-workspace\.yaml$/

/** What tools and tests keep for themselves: no bot has to update it. */
const notOurs = /(?:^|\/)(?:fixtures|__fixtures__|testdata)\//

/** Whether a path shows that something is there to update, by its name alone. */
export const isUpdateFile = (path: string): boolean =>
  !notOurs.test(path) &&
  (workspaceFile.test(path) ||
    updateKinds.some(({ files }) => files.some(({ pattern }) => pattern.test(path))))

/** Whether the text of a file has to be read before it is known what it asks for. */
export const isReadForUpdates = (path: string): boolean =>
  /(?:^|\/)(?:pyproject\.toml|package\.json|Cargo\.toml|action\.ya?ml)$/.test(path) && !notOurs.test(path)

export const isWorkspaceFile = (path: string): boolean => workspaceFile.test(path)
