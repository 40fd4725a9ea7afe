import { engineNames } from '@towpath/domain/advisory/engine/engine.ts'
import type { PinnedEngine } from '@towpath/domain/advisory/engine/engine.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** `trivy=PATH@sha256:DIGEST`. Throws ENGINE_UNKNOWN, ENGINE_NOT_PINNED. */
export function pinnedEngine(text: string): PinnedEngine {
  const at = text.indexOf('=')
  const engine = engineNames.find((name) => name === text.slice(0, at))
  if (engine === undefined)
    throw new TowpathError({
      code: 'ENGINE_UNKNOWN',
      kind: 'usage',
      message: `--engine ${text} names no engine that is known here.`,
      hint: `Nothing was judged. Known are ${engineNames.join(', ')}, each as NAME=PATH@sha256:DIGEST.`,
    })
  const pinned = /^(.+)@sha256:([0-9a-f]{64})$/.exec(text.slice(at + 1))
  if (pinned === null)
    throw new TowpathError({
      code: 'ENGINE_NOT_PINNED',
      kind: 'usage',
      message: `--engine ${text} does not say which program that is: its path and the SHA-256 of its bytes are needed.`,
      hint: `Nothing was judged, and nothing was run. Look at what you have (sha256sum PROGRAM), compare it with what its makers publish, and say --engine ${engine}=PATH@sha256:DIGEST`,
    })
  return { engine, path: pinned[1] ?? '', sha256: pinned[2] ?? '' }
}
