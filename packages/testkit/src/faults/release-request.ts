import type { SchemaImpact } from '@towpath/domain/release/release.ts'
import type { ExampleImages } from '../example-images.ts'
import type { ExampleScene } from '../example-scene.ts'
import { projectFiles } from '../project-files.ts'
import { askServer } from './ask-server.ts'
import type { ServerAnswer } from './ask-server.ts'

export interface ReleaseAsked {
  version: string
  images?: ExampleImages | Record<string, string>
  /** `expand` unless told. */
  schema?: SchemaImpact
  /** Who makes it; `dev` unless told. */
  as?: string
  /** Files to send besides, or in place of, those of the checkout: path to bytes in base64; null leaves one out. */
  files?: Record<string, string | null>
}

/** Asks for a release of the scene's checkout as it stands, and takes no for an answer. */
export async function requestRelease(
  scene: ExampleScene,
  { version, images = {}, schema = 'expand', as = 'dev', files = {} }: ReleaseAsked,
): Promise<ServerAnswer> {
  const all = { ...(await projectFiles(scene.project.folder)), ...files }
  const sent = Object.fromEntries(Object.entries(all).filter(([, bytes]) => bytes !== null))
  return await askServer(scene.server, 'POST /v1/releases', {
    as,
    body: { version, builds: images, schema, files: sent },
  })
}
