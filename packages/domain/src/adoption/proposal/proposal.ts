/** Where something was read, for "how do you know?". */
export interface Source {
  file: string
  /** From 1; null where the whole file says it. */
  line: number | null
}

/** A value with where it comes from; `source` null means that nothing said so and it is a default to look at. */
export interface Told<T> {
  value: T
  source: Source | null
  /** True where a person said it: on the command line, or in the `towpath.yaml` that is there. */
  isSaid?: boolean
}

export interface ProposedService {
  /** Its name in `towpath.yaml`. */
  name: string
  compose: string
  /** Of the service in the compose file. */
  at: Source
  image: Told<string>
  port: Told<number>
  healthPath: Told<string>
  /** Set where sources or comments show that one instance at a time may serve. */
  single: Source | null
  connections: Told<number> | null
  /** Folder of its build in this repository; null where it is built elsewhere or not at all. */
  context: string | null
  hasDockerfile: boolean
}

export interface ProposedJob {
  name: string
  compose: string
  at: Source
  /** Service whose build it uses; else a repository of its own. */
  image: string
  migrates: boolean
}

/** Everything `init` writes, before it is text. */
export interface Proposal {
  project: string
  composeFiles: string[]
  services: ProposedService[]
  jobs: ProposedJob[]
  /** Services of the compose file that stay what they are. */
  accessories: { name: string; at: Source; isWorker: boolean }[]
  /** Reference to the variable that holds the whole URL; null where none does. */
  databaseUrl: Told<string> | null
  ceiling: Told<number> | null
  folder: Told<string>
  environments: Told<string>[]
  domain: Told<string> | null
  /** Published ports that a second environment on the same host would want as well. */
  publishedPorts: number[]
  hasFixedNames: boolean
  /** Variables that the compose file asks for and nothing here sets. */
  plain: string[]
  secret: string[]
  /** Plain variables whose value is known: those that hold an image that was answered, or a port that another file says. */
  known: ReadonlyMap<string, string>
  branch: string
}

/** Something that no file of the repository says. At most four are asked. */
export interface Question {
  /** The option that answers it without asking, ready to type but for the value. */
  flag: string
  asks: string
  /** Taken with `--yes`; a person has to look at it afterwards. */
  fallback: string
}

/** What was said on the command line. */
export interface Answers {
  project: string | null
  /** Compose key -> repository. */
  images: ReadonlyMap<string, string>
  environments: readonly string[]
  folder: string | null
  /** What the `towpath.yaml` says that is there already: it was answered once. */
  before: { images: ReadonlyMap<string, string>; folder: string | null }
}

/** Facts of the folder that no file tells. */
export interface FolderFacts {
  folderName: string
  /** Addresses of git remotes. */
  remotes: readonly string[]
}
