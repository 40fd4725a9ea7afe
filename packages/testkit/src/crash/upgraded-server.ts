import { registerHooks } from 'node:module'

/**
 * The server as a later version might be: its canaries ask the smoke checks once more at every share. Whatever deployment
 * it finds half done goes on by the newer rules.
 */
const before = "{ do: 'shift-traffic'"
const oneMore =
  "{ do: 'run-smoke-checks', step: `run-smoke-checks${key}:${perMyriad}`, services }, { do: 'shift-traffic'"

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/deployment/strategy/canary.ts')) return loaded
    const source = Buffer.from((loaded.source ?? '') as string | Uint8Array).toString()
    if (!source.includes(before))
      throw new Error('the canary reads otherwise than this upgrade of it expects')
    return { ...loaded, source: source.replace(before, oneMore) }
  },
})

const { runServer } = await import('@towpath/server/run-server.ts')
await runServer(process.argv.slice(2))
