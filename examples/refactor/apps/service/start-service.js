import { createServer } from 'node:http'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorRhythm, parseBehaviour } from './behaviour.js'
import { OpenStreams } from './open-streams.js'
import { log, RequestCounts } from './request-counts.js'

/**
 * Serves `routes` ("GET /items" -> handler(url, request) -> {status, body, type?}) as one release of the example.
 * `streams` ("GET /events" -> open(response, { release, keep })) and `sockets` ("/socket" -> open({ request, connection,
 * head }, { release, keep })) stay open until they are ended, at this process's end; each is told to `keep`.
 * `isHealthy()` answers GET /health. Every answer carries the header x-release.
 */
export const startService = (service) => {
  const { name, port, address, routes, streams = {}, sockets = {}, isHealthy, beforeExit } = service
  const release = process.env.RELEASE ?? 'unknown'
  const behaviour = parseBehaviour(behaviourHere(process.env))
  if (behaviour.kind === 'exits-at-start') die('exits at start, by design')
  const open = new OpenStreams()
  const counts = new RequestCounts({ service: name, release, instance: hostname() }, open)
  const stream = { release, keep: (connection, end) => open.keep(connection, end) }
  const misbehave = misbehaviour(behaviour)

  const answer = async (request) => {
    const url = new URL(request.url, 'http://service')
    if (url.pathname === '/health') return health(behaviour, isHealthy)
    if (url.pathname === '/stats') return { status: 200, body: counts.read() }
    const handler = routes[`${request.method} ${url.pathname}`]
    return (
      (isProbe(request) ? null : await misbehave()) ??
      (await handler?.(url, request)) ?? { status: 404, body: { error: 'no such path' } }
    )
  }

  // Only what asks for a socket's path is upgraded; elsewhere the wish is ignored and the request is one like any other.
  const shouldUpgradeCallback = ({ url }) => pathOf(url) in sockets
  const server = createServer({ shouldUpgradeCallback }, async (request, response) => {
    response.setHeader('x-release', release)
    const openStream = streams[`${request.method} ${pathOf(request.url)}`]
    if (openStream !== undefined) return openStream(response, stream)
    if (isProbe(request)) counts.probe()
    else counts.follow(response)
    try {
      send(response, await answer(request))
    } catch (fault) {
      log('request failed', { path: request.url, fault: fault.message })
      send(response, { status: fault.status ?? 500, body: { error: fault.message } })
    }
  })
  server.on('upgrade', (request, connection, head) =>
    sockets[pathOf(request.url)]({ request, connection, head }, stream),
  )
  // Longer than any proxy in front keeps an idle connection, so that it is never us who closes one first.
  server.keepAliveTimeout = 75_000
  server.listen(port, address, () => log('listening', { service: name, release, behaviour, port }))
  obeySigterm(server, behaviour, { counts, open, beforeExit })
}

const pathOf = (url) => url.split('?', 1)[0]

/** Bad releases are often bad in one place only: BEHAVIOUR_IN names the RUST_ENV where BEHAVIOUR shows. */
const behaviourHere = ({ BEHAVIOUR, BEHAVIOUR_IN, RUST_ENV }) =>
  BEHAVIOUR_IN === undefined || BEHAVIOUR_IN === RUST_ENV ? BEHAVIOUR : 'good'

const isProbe = ({ url, headers }) =>
  url === '/health' || url === '/stats' || headers['user-agent'] === 'towpath-probe'

const health = async (behaviour, isHealthy) => {
  if (behaviour.kind === 'never-healthy')
    return { status: 503, body: { healthy: false, why: 'never healthy, by design' } }
  if (behaviour.kind === 'slow-start' && process.uptime() * 1_000 < behaviour.startMs)
    return { status: 503, body: { healthy: false, why: 'slow to start, by design' } }
  const why = await isHealthy()
  return why === null
    ? { status: 200, body: { healthy: true } }
    : { status: 503, body: { healthy: false, why } }
}

/** So many requests are traffic; fewer may be somebody's smoke checks before the traffic comes. */
const trafficMin = 10

/** What the behaviour does to one request of the traffic: an answer in place of the real one, or nothing. */
const misbehaviour = (behaviour) => {
  const isDue = errorRhythm(behaviour.kind === 'errors' ? behaviour.ratio : 0)
  let received = 0
  return async () => {
    received += 1
    if (behaviour.kind === 'dies-after' && received === trafficMin) {
      setTimeout(() => die('died, by design'), behaviour.afterMs)
    }
    if (behaviour.kind === 'slow') await sleep(behaviour.delayMs)
    return isDue() ? { status: 500, body: { error: 'failed, by design' } } : null
  }
}

/** Ends the process at once, requests in flight and all. */
export const die = (why) => {
  log(why)
  process.exit(1)
}

/** From SIGTERM on, an answer takes its connection with it: a kept one would hold the process up. */
let stopping = false

const send = (response, { status, body, type = 'application/json' }) => {
  if (response.destroyed) return
  if (stopping) response.setHeader('connection', 'close')
  const text = type === 'application/json' ? JSON.stringify(body) : body
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/**
 * By default: no new connections, finish what is in flight, then end the streams, at most 9 s, which is inside Docker's
 * 10 s of grace. Streams are last: their clients come back at once, and should find another instance by then.
 */
const obeySigterm = (server, behaviour, { counts, open, beforeExit }) => {
  process.on('SIGTERM', async () => {
    log('SIGTERM', { behaviour: behaviour.kind })
    if (behaviour.kind === 'ignores-sigterm') return
    if (behaviour.kind === 'exits-at-sigterm') process.exit(0)
    setTimeout(() => process.exit(1), 9_000).unref()
    stopping = true
    server.close(async () => {
      await beforeExit?.()
      process.exit(0)
    })
    server.closeIdleConnections()
    await counts.whenIdle()
    open.endAll()
  })
}
