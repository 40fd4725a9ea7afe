import type { EvidenceUnknown } from '../evidence/facts.ts'
import { usesIn } from '../inventory/lockfile/workflow-uses.ts'
import { readDockerfile } from './dockerfile.ts'
import type { Dockerfile, DockerfileStage } from './dockerfile.ts'

/** Something that is named by a word that can be moved to other code. */
export interface Unpinned {
  rule: 'action-by-commit' | 'image-by-digest'
  file: string
  line: number
  message: string
}

export interface PinsFound {
  results: Unpinned[]
  unknowns: EvidenceUnknown[]
  /** Files that were looked at. */
  files: number
}

const isActionFile = (path: string): boolean =>
  /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$|(?:^|\/)action\.ya?ml$/.test(path)
const isDockerfile = (path: string): boolean =>
  /(?:^|\/)(?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$/i.test(path) &&
  !path.endsWith('.dockerignore')

/** Whether a file can name actions or base images. */
export const mayNamePins = (path: string): boolean => isActionFile(path) || isDockerfile(path)

/**
 * What is not pinned in a repository's files: actions and reusable workflows by a whole commit, images of actions and of
 * Dockerfiles by a digest. A file that cannot be read is unknown, never pinned.
 */
export function findUnpinned(texts: ReadonlyMap<string, string>): PinsFound {
  const found: PinsFound = { results: [], unknowns: [], files: 0 }
  for (const [path, text] of texts) {
    if (!mayNamePins(path)) continue
    found.files += 1
    if (isActionFile(path)) actionPins(path, text, found)
    else imagePins(path, text, found)
  }
  return found
}

function actionPins(path: string, text: string, { results, unknowns }: PinsFound): void {
  const uses = usesIn({ path, text })
  if (!Array.isArray(uses)) {
    unknowns.push({ message: `${path} cannot be read as YAML`, hint: `mend ${path}` })
    return
  }
  for (const { text: written, line } of uses) {
    const why = actionProblem(written)
    if (why !== null)
      results.push({
        rule: why.includes('digest') ? 'image-by-digest' : 'action-by-commit',
        file: path,
        line,
        message: why,
      })
  }
}

/** Why what is used can become other code; null where it cannot. */
function actionProblem(written: unknown): string | null {
  if (typeof written !== 'string') return 'what is used here is no text, so nobody can say which commit runs'
  if (/^\.{1,2}\//.test(written)) return null
  const shown = written.slice(0, 120)
  if (written.startsWith('docker://')) return hasDigest(written) ? null : `${shown} is not pinned by digest`
  return /^[\w.-]+\/[\w./-]+@(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(written)
    ? null
    : `${shown} is not pinned by a whole commit`
}

const hasDigest = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image)

function imagePins(path: string, text: string, { results, unknowns }: PinsFound): void {
  const dockerfile = readDockerfile(path, text)
  if (dockerfile === null || dockerfile.stages.length === 0) {
    unknowns.push({ message: `${path} cannot be read as a Dockerfile`, hint: `mend ${path}` })
    return
  }
  for (const [at, stage] of dockerfile.stages.entries()) {
    const before = dockerfile.stages.slice(0, at)
    const named = [{ image: stage.from, line: stage.line }, ...copiedFrom(stage)]
    for (const { image, line } of named) {
      const why = imageProblem(filled(image, dockerfile), before)
      if (why !== null) results.push({ rule: 'image-by-digest', file: path, line, message: why })
    }
  }
}

/** `COPY --from` and `RUN --mount=from=` bring files of another image in as well. */
const copiedFrom = ({ lines }: DockerfileStage): { image: string; line: number }[] =>
  lines.flatMap(({ keyword, text, line }) => {
    const option = keyword === 'COPY' || keyword === 'ADD' ? /--from=(\S+)/g : /--mount=\S*\bfrom=([^\s,]+)/g
    const isAsked = ['COPY', 'ADD', 'RUN'].includes(keyword)
    return isAsked ? [...text.matchAll(option)].map(([, image = '']) => ({ image, line })) : []
  })

/** Defaults of the `ARG` lines before the first stage; what nothing fills stays as it is written. */
const filled = (image: string, { args }: Dockerfile): string =>
  image
    .replaceAll(/\$(\w+)/g, '${$1}')
    .replaceAll(/\$\{(\w+)(?::?-([^}]*))?\}/g, (whole, name: string, fallback: string | undefined) => {
      const value = args.get(name) ?? ''
      return value === '' ? (fallback ?? whole) : value
    })

function imageProblem(image: string, before: readonly DockerfileStage[]): string | null {
  if (image === 'scratch' || hasDigest(image)) return null
  const isStage = before.some(
    ({ name }, index) => name?.toLowerCase() === image.toLowerCase() || String(index) === image,
  )
  if (isStage) return null
  const shown = image.slice(0, 120)
  return image.includes('$')
    ? `${shown} is whatever the build is told, so nobody can say which image it is`
    : `${shown} is not pinned by digest`
}
