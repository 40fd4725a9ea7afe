import type Docker from 'dockerode'
import { engineStatus } from '../docker.ts'
import { withMachineLock } from '../machine-lock.ts'
import { layerDigest, layerTar, type LayerFile } from './layer.ts'

/**
 * Every image made here carries it; `clean` finds them by it. Containers inherit their image's labels, so it must not
 * look like one that Towpath gives to its own containers.
 */
export const imageLabel = 'made-by-towpath-testkit'

export interface ScratchImage {
  /** Repository part of the reference, e.g. `towpath/node-base`. */
  name: string
  files: readonly LayerFile[]
  /** Dockerfile instructions for the image's settings: `ENV`, `ENTRYPOINT`, `CMD`, `EXPOSE`. */
  settings: readonly string[]
}

/**
 * An image of exactly these files, nothing pulled. Its tag is the digest of files and settings: a second call finds it
 * and costs one hash of the files per process. Two processes that need the same image take turns. Returns the reference.
 */
export const ensureScratchImage = async (docker: Docker, image: ScratchImage): Promise<string> => {
  const settings = [...image.settings, `LABEL ${imageLabel}=yes`]
  const digest = await digestOf(image, settings)
  const reference = `${image.name}:${digest.slice(0, 16)}`
  if (await imageExists(docker, reference)) return reference
  await withMachineLock(`image-${reference}`, 5 * 60_000, async () => {
    if (await imageExists(docker, reference)) return
    const progress = await docker.importImage(layerTar(image.files), {
      repo: image.name,
      tag: digest.slice(0, 16),
      changes: settings,
    })
    await finished(docker, progress)
  })
  return reference
}

const digests = new Map<string, Promise<string>>()

/** Taken once per process: a hundred megabytes are hashed, and this machine's programs do not change meanwhile. */
const digestOf = ({ name, files }: ScratchImage, settings: readonly string[]): Promise<string> => {
  const known =
    digests.get(name) ?? layerDigest([...files, { path: '/settings', content: settings.join('\n') }])
  digests.set(name, known)
  return known
}

/** True when the engine has this reference. */
export const imageExists = async (docker: Docker, reference: string): Promise<boolean> => {
  try {
    await docker.getImage(reference).inspect()
    return true
  } catch (fault) {
    if (engineStatus(fault) === 404) return false
    throw fault
  }
}

/** One line of the engine's progress stream, of what we read from it. */
export interface EngineProgress {
  error?: string
  aux?: { ID?: string; Digest?: string }
}

/** Reads a build, import or push to its end and returns its lines; throws what the engine reports in the stream. */
export const finished = (docker: Docker, progress: NodeJS.ReadableStream): Promise<EngineProgress[]> =>
  new Promise((resolve, reject) => {
    docker.modem.followProgress(progress, (fault: Error | null, lines: EngineProgress[] | undefined) => {
      const refused = lines?.find((line) => line.error !== undefined)?.error
      if (fault) reject(fault)
      else if (refused !== undefined) reject(new Error(refused))
      else resolve(lines ?? [])
    })
  })
