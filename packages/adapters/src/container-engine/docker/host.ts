import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import { readAnswer, type EngineClient } from './client.ts'

const infoSchema = z.object({
  Name: z.string(),
  DockerRootDir: z.string(),
  SystemTime: z.string().optional(),
})
const versionSchema = z.object({ Version: z.string(), Arch: z.string() })

/** What the host itself is. `freeBytes` looks at a folder as the engine sees it. */
export function hostCalls(
  client: EngineClient,
  { freeBytes = freeBytesHere }: { freeBytes?: ((folder: string) => Promise<number | null>) | undefined },
): Pick<ContainerEngine, 'describe' | 'diskFreeBytes'> {
  const info = async (doing: string) =>
    readAnswer(infoSchema, (await client.ask({ doing, path: ['info'] })).body, doing)
  return {
    async describe() {
      const doing = 'describe the container engine'
      // What comes last tells the time, so that whoever asks knows how old it is.
      const answer = await client.ask({ doing, path: ['version'] })
      const { Version, Arch } = readAnswer(versionSchema, answer.body, doing)
      const { Name, SystemTime } = await info(doing)
      return { name: Name, version: Version, architecture: Arch, clock: SystemTime ?? null }
    },
    async diskFreeBytes() {
      const { DockerRootDir } = await info('read free disk space')
      return await freeBytes(DockerRootDir)
    },
  }
}

/** `null` where the folder cannot be read, as on a desktop whose engine runs in a virtual machine. */
async function freeBytesHere(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
