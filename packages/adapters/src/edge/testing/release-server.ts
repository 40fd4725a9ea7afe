import { createServer, type Server } from 'node:http'

export interface ReleaseServer {
  server: Server
  /** While true, the health path answers 503. */
  setSick: (sick: boolean) => void
  /** While true, every other path answers 500. */
  setBroken: (broken: boolean) => void
}

/**
 * A release as small as it gets: `/health`, `/headers`, `/status/NNN`, `/stream` that begins its answer at once, and its
 * own name on every other path, after `ms` milliseconds where the query asks for a wait.
 */
export function releaseServer(release: string): ReleaseServer {
  let isSick = false
  let isBroken = false
  const server = createServer((request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://slot')
    response.setHeader('x-release', release)
    response.statusCode = Number(/^\/status\/(\d{3})$/.exec(url.pathname)?.[1] ?? 200)
    if (url.pathname === '/health' && isSick) response.statusCode = 503
    if (url.pathname !== '/health' && isBroken) response.statusCode = 500
    const body = url.pathname === '/headers' ? JSON.stringify(request.headers) : release
    const waitMs = Number(url.searchParams.get('ms') ?? 0)
    if (url.pathname === '/stream') response.write(release)
    if (waitMs === 0) response.end(body)
    else setTimeout(() => response.end(body), waitMs)
  })
  // Short, as Node's own 5 s: idle connections end while load runs.
  server.keepAliveTimeout = 5_000
  return { server, setSick: (sick) => (isSick = sick), setBroken: (broken) => (isBroken = broken) }
}
