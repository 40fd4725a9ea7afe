import { serveWorker } from '../worker-process.ts'
import { LoadGenerator } from './generator.ts'
import type { LoadSpec } from './load-spec.ts'

let generator: LoadGenerator | null = null

const running = (): LoadGenerator => {
  if (generator === null) throw new Error('the load was not started')
  return generator
}

serveWorker({
  start: async (spec: LoadSpec) => {
    generator = new LoadGenerator(spec)
  },
  snapshot: async () => running().report(),
  stop: async () => running().stop(),
})
