import { WebSocketServer } from 'ws'

const tickMs = 1_000
/** What an EventSource waits before it connects again. */
const retryMs = 200
const frameBytesMax = 64 * 1024
/** A peer that does not answer a closing frame is left behind after this. */
const closingMs = 1_000

/** `GET /events`: server-sent events, the first at once and one each second from then on. Each names its release. */
export const openEvents = (response, { release, keep }) => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // The stream is the last on its connection: a kept one would hold the process up after the stream has ended.
    connection: 'close',
  })
  response.write(`retry: ${retryMs}\n`)
  let tick = 0
  const say = () => {
    response.write(`data: ${JSON.stringify({ release, tick })}\n\n`)
    tick += 1
  }
  say()
  const timer = setInterval(say, tickMs)
  response.once('close', () => clearInterval(timer))
  keep(response, () => {
    clearInterval(timer)
    response.end()
  })
}

/** `GET /socket`: a WebSocket that says which release it talks to, and then says again what it is told. */
export const socketOpener = (release) => {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: frameBytesMax,
  })
  server.on('headers', (headers) => headers.push(`x-release: ${release}`))
  return ({ request, connection, head }, { keep }) => {
    // What is no proper handshake gets its 400 from the library and never was a stream.
    server.handleUpgrade(request, connection, head, (socket) => {
      // A connection that breaks is no news; its close is counted all the same.
      socket.on('error', () => {})
      socket.on('message', (data, isBinary) => {
        if (!isBinary) socket.send(String(data))
      })
      socket.send(JSON.stringify({ release }))
      keep(connection, () => {
        socket.close(1001, 'going away')
        setTimeout(() => socket.terminate(), closingMs)
      })
    })
  }
}
