import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { EngineClient } from './client.ts'

/** Volumes are created and never changed: an existing one is taken as it is, whoever made it. */
export function volumeCalls(client: EngineClient): Pick<ContainerEngine, 'ensureVolume'> {
  return {
    async ensureVolume(spec) {
      const doing = `create volume ${spec.name}`
      const found = await client.ask({ doing, path: ['volumes', spec.name], allow: [404] })
      if (found.status !== 404) return
      if (spec.external) throw volumeNotFound(spec.name)
      await client.ask({
        doing,
        method: 'POST',
        path: ['volumes', 'create'],
        body: { Name: spec.name, Driver: spec.driver, DriverOpts: spec.options, Labels: spec.labels },
      })
    },
  }
}

const volumeNotFound = (name: string): TowpathError =>
  new TowpathError({
    code: 'VOLUME_NOT_FOUND',
    kind: 'not-found',
    message: `The compose file calls volume ${name} external, and the host has none by that name.`,
    hint: `Nothing was created. Create it with \`docker volume create ${name}\`, or drop \`external\`.`,
  })
